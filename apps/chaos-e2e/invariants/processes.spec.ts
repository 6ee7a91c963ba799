import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { connectionsTo, descriptorsOf, processesNaming, SEES_PROCESSES } from './processes.js';

const onLinux = SEES_PROCESSES ? describe : describe.skip; // only Linux has /proc

onLinux(`what is left of a gateway${SEES_PROCESSES ? '' : ' (skipped: there is no /proc)'}`, () => {
  it('is a process whose environment names its folder, as long as it lives', async () => {
    const folder = `/nowhere/chaos-${process.pid}`;
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
      env: { TOLLGATE_DATA_DIR: `${folder}/proxy-1` },
      stdio: 'ignore',
    });
    try {
      await eventually(() => processesNaming(folder).length > 0, 'the process to be seen');
      expect(processesNaming(folder)).toEqual([child.pid]);
      expect(processesNaming('/nowhere/chaos')).toEqual([]);
      expect(descriptorsOf(child.pid ?? 0)).toBeGreaterThan(2);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(processesNaming(folder)).toEqual([]);
  });

  it('is a connection that nobody closed', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(connectionsTo(port)).toBe(0);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await eventually(() => connectionsTo(port) === 1, 'the connection to be seen');
    socket.destroy();
    await eventually(() => connectionsTo(port) === 0, 'the connection to be gone');
    server.close();
  });
});
