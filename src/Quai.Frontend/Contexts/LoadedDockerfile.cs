using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Contexts;

/// <summary>A Dockerfile that was read.</summary>
/// <param name="Source">The file with its text and where it came from.</param>
/// <param name="Vertex">The digest of the step that brought it.</param>
/// <param name="Ignore">The <c>.dockerignore</c> that belongs to it alone; null for none.</param>
internal sealed record LoadedDockerfile(SourceInfo Source, string Vertex, byte[]? Ignore);
