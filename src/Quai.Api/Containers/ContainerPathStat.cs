using System.Text.Json.Serialization;

namespace Quai.Api.Containers;

/// <summary>What <c>X-Docker-Container-Path-Stat</c> says about a path in a container.</summary>
/// <param name="Name">The path's last part.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Mode">Type and permissions in Go's notation (<c>os.FileMode</c>), not the kernel's.</param>
/// <param name="Modified">When its content last changed, RFC 3339 with fractions.</param>
/// <param name="LinkTarget">The final target of a symbolic link, as seen from inside; otherwise empty.</param>
public sealed record ContainerPathStat(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("mode")] uint Mode,
    [property: JsonPropertyName("mtime")] string Modified,
    [property: JsonPropertyName("linkTarget")] string LinkTarget);
