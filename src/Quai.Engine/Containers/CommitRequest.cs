using Quai.Api.Containers;

namespace Quai.Engine.Containers;

/// <summary>The parameters of <c>docker commit</c>.</summary>
/// <param name="Container">The container.</param>
/// <param name="Repository">A name for the image, or null.</param>
/// <param name="Tag">Its tag; null for the one in the name, or else latest.</param>
/// <param name="Author">Who made it.</param>
/// <param name="Comment">A description.</param>
/// <param name="Pause">Whether to freeze a running container meanwhile.</param>
/// <param name="Changes">Lines as in a Dockerfile.</param>
/// <param name="Config">The image's configuration, completed from the container's; null for the container's.</param>
public sealed record CommitRequest(
    string Container, string? Repository, string? Tag, string Author, string Comment, bool Pause, IReadOnlyList<string> Changes, ContainerConfig? Config);
