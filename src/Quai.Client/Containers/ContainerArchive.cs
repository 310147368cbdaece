using Quai.Api.Containers;
using Quai.Client.Transport;

namespace Quai.Client.Containers;

/// <summary>A part of a container's file system as an archive.</summary>
/// <param name="Root">Information about the part's root; null if the daemon says nothing.</param>
/// <param name="Content">The archive.</param>
public sealed record ContainerArchive(ContainerPathStat? Root, ResponseStream Content) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
