using Quai.Errors;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>A server answered, and does not lend the address that was asked for.</summary>
/// <param name="message">Which server, and what it said.</param>
internal sealed class DhcpRefusedException(string message) : QuaiException(ErrorKind.System, message);
