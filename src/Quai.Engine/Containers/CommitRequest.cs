using Quai.Api.Containers;

namespace Quai.Engine.Containers;

/// <summary>What <c>docker commit</c> says.</summary>
/// <param name="Container">The container.</param>
/// <param name="Repository">A name for the image, or null.</param>
/// <param name="Tag">Its tag; null for what the name says, else latest.</param>
/// <param name="Author">Who made it.</param>
/// <param name="Comment">What it is.</param>
/// <param name="Pause">Whether a running container stands still meanwhile.</param>
/// <param name="Changes">Lines as in a Dockerfile.</param>
/// <param name="Config">The image's configuration, completed by the container's; null for the container's.</param>
public sealed record CommitRequest(
    string Container, string? Repository, string? Tag, string Author, string Comment, bool Pause, IReadOnlyList<string> Changes, ContainerConfig? Config);
