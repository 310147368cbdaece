namespace Quai.Engine.Containers.Networking;

/// <summary>What <c>--network</c> says, and the like modes of IPC and PID namespaces.</summary>
internal static class NetworkMode
{
    /// <summary>The host's own network.</summary>
    public static bool IsHost(string mode) => mode == "host";

    /// <summary>A network of its own with nothing but loopback.</summary>
    public static bool IsNone(string mode) => mode == "none";

    /// <summary>The name of a network that leases an address; null for host, none and container.</summary>
    public static string? NetworkOf(string mode) => mode switch
    {
        "" or "default" or "bridge" => "bridge",
        "host" or "none" => null,
        _ => ContainerOf(mode) is null ? mode : null,
    };

    /// <summary>The container whose namespace is joined, or null.</summary>
    public static string? ContainerOf(string mode) => mode.StartsWith("container:", StringComparison.Ordinal) ? mode["container:".Length..] : null;
}
