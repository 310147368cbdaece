using System.Net;

namespace Quai.Networks.Dns;

/// <summary>What is given for a container's DNS server.</summary>
/// <param name="Servers">Servers in place of the host's; none for those.</param>
/// <param name="Options">The resolver's options in place of the host's; null for those.</param>
public sealed record ResolverSettings(IReadOnlyList<IPAddress> Servers, IReadOnlyList<string>? Options);
