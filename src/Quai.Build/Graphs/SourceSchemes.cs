namespace Quai.Build.Graphs;

/// <summary>How sources of graphs begin that more than their own kind knows.</summary>
public static class SourceSchemes
{
    /// <summary>Images: <c>docker-image://docker.io/library/alpine:3</c>.</summary>
    public const string Image = "docker-image://";

    /// <summary>Directories of the client: <c>local://context</c>.</summary>
    public const string Local = "local://";
}
