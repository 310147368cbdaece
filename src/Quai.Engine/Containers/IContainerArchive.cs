using Quai.Api.Containers;

namespace Quai.Engine.Containers;

/// <summary>An archive that can be written once; disposing it releases the container.</summary>
public interface IContainerArchive : IAsyncDisposable
{
    /// <summary>The requested path; null for an export.</summary>
    ContainerPathStat? Stat { get; }

    /// <summary>Writes it.</summary>
    Task WriteAsync(Stream output, CancellationToken cancellation);
}
