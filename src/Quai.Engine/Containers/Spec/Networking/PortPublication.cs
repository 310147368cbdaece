namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>Ports of a container's that are published, and where.</summary>
/// <param name="Written">The ports in the words of the request.</param>
/// <param name="Ports">The container's ports.</param>
/// <param name="Hosts">Where they are published; null or none for any address and a port of the engine's choosing.</param>
public sealed record PortPublication(string Written, PortRange Ports, IReadOnlyList<HostPorts>? Hosts)
{
    /// <summary>Reads a publication.</summary>
    /// <param name="written">The container's ports, as <see cref="PortRange.Parse"/> reads them.</param>
    /// <param name="hosts">Where they are published.</param>
    /// <exception cref="Errors.QuaiException">The ports are none.</exception>
    public static PortPublication Parse(string written, IReadOnlyList<HostPorts>? hosts) => new(written, PortRange.Parse(written), hosts);
}
