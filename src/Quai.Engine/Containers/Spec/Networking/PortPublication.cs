namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>Published ports of a container, and where they are published.</summary>
/// <param name="Written">The ports as written in the request.</param>
/// <param name="Ports">The container's ports.</param>
/// <param name="Hosts">Where they are published; null or none for any address and a port chosen by the engine.</param>
public sealed record PortPublication(string Written, PortRange Ports, IReadOnlyList<HostPorts>? Hosts)
{
    /// <summary>Parses a publication.</summary>
    /// <param name="written">The container's ports, as <see cref="PortRange.Parse"/> reads them.</param>
    /// <param name="hosts">Where they are published.</param>
    /// <exception cref="Errors.QuaiException">The ports are invalid.</exception>
    public static PortPublication Parse(string written, IReadOnlyList<HostPorts>? hosts) => new(written, PortRange.Parse(written), hosts);
}
