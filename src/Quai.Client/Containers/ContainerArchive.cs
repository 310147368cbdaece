using Quai.Api.Containers;
using Quai.Client.Transport;

namespace Quai.Client.Containers;

/// <summary>A part of a container's file system as an archive.</summary>
/// <param name="Root">What is known of the part's root; null where the daemon says nothing.</param>
/// <param name="Content">The archive.</param>
public sealed record ContainerArchive(ContainerPathStat? Root, ResponseStream Content) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
