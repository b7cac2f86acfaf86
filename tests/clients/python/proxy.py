"""A wire between a client and a server that can be cut, and that can lose answers."""

import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)  # Linger for no time: closing is heard as a reset, without a farewell.


class Wire:
    """One connection, which passes bytes on in both directions."""

    def __init__(self, client: socket.socket, server: socket.socket):
        self._ends = (client, server)
        self.loses_answers = False
        threading.Thread(target=self._pass_on, args=(client, server, False), daemon=True).start()
        threading.Thread(target=self._pass_on, args=(server, client, True), daemon=True).start()

    def cut(self):
        for end in self._ends:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RD)  # Wakes whoever reads it.
            except OSError:
                pass  # The other side was faster.
            end.close()

    def _pass_on(self, source, target, are_answers):
        try:
            while data := source.recv(1 << 16):
                if not (are_answers and self.loses_answers):
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # Cut.


class Proxy:
    """Makes a wire to the server for everybody who connects."""

    def __init__(self, server: str):
        host, port = server.rsplit(":", 1)
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._wires = []
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self.connections = 0  # How many there have been.
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answers(self):
        """From now on nothing comes back over the wires there are; new ones are whole."""
        with self._lock:
            for wire in self._wires:
                wire.loses_answers = True

    def cut(self):
        """Every wire breaks at once."""
        with self._lock:
            wires, self._wires = self._wires, []
        for wire in wires:
            wire.cut()

    def _accept(self):
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(self._server)
            with self._lock:
                self._wires.append(Wire(client, server))
                self.connections += 1
