using Quai.Api.Containers;

namespace Quai.Engine.Containers;

/// <summary>
/// The files of containers, running or not: copied out and in, exported, committed. Every id parameter takes a full id, an unambiguous prefix or a name.
/// Paths are seen from inside the container, with its volumes and binds; nothing that a container does makes one lead outside.
/// </summary>
public interface IContainerFiles
{
    /// <summary>Describes a path; a link at its end is not followed unless a slash comes after it.</summary>
    /// <exception cref="Quai.Errors.QuaiException">Not found, worded <c>Could not find the file X in container Y</c>.</exception>
    Task<ContainerPathStat> StatPathAsync(string id, string path, CancellationToken cancellation);

    /// <summary>A tar archive of a path, which the caller writes out.</summary>
    Task<IContainerArchive> ArchivePathAsync(string id, string path, CancellationToken cancellation);

    /// <summary>Extracts a tar archive (plain, gzip, zstd, bzip2 or xz) into a directory.</summary>
    /// <param name="id">The container.</param>
    /// <param name="path">An existing directory; links to it are followed.</param>
    /// <param name="noOverwriteDirNonDir">Refuses to replace a directory with a non-directory, and vice versa.</param>
    /// <param name="copyOwner">Gives everything to the container's user, if it has one, instead of the archive's owners.</param>
    /// <param name="content">The archive.</param>
    /// <param name="cancellation">Stops; what was written stays.</param>
    Task ExtractAsync(string id, string path, bool noOverwriteDirNonDir, bool copyOwner, Stream content, CancellationToken cancellation);

    /// <summary>A tar archive of a container's whole root without its volumes and binds.</summary>
    Task<IContainerArchive> ExportAsync(string id, CancellationToken cancellation);

    /// <summary>Makes an image from a container: its image's layers and one with its changes.</summary>
    /// <returns>The image's id.</returns>
    Task<string> CommitAsync(CommitRequest request, CancellationToken cancellation);
}
