using Quai.Api.Containers;

namespace Quai.Engine.Containers;

/// <summary>An archive that can be written once; disposing it lets go of the container.</summary>
public interface IContainerArchive : IAsyncDisposable
{
    /// <summary>What was asked for; null for an export.</summary>
    ContainerPathStat? Stat { get; }

    /// <summary>Writes it.</summary>
    Task WriteAsync(Stream output, CancellationToken cancellation);
}
