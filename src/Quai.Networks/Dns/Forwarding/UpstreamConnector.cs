using System.Net.Sockets;

namespace Quai.Networks.Dns.Forwarding;

/// <summary>
/// Makes a socket that is connected to a server, in the namespace the server is to be asked from. Connected, since the kernel then takes answers from no
/// other address; with a port of the kernel's choice, since answers are guessed less easily. The caller closes it.
/// </summary>
/// <param name="server">To whom.</param>
/// <param name="protocol">UDP or TCP.</param>
/// <param name="cancellation">Gives up; the server has had its time.</param>
/// <exception cref="SocketException">It cannot be reached.</exception>
public delegate ValueTask<Socket> UpstreamConnector(UpstreamServer server, ProtocolType protocol, CancellationToken cancellation);
