using Quai.Build.Sessions;
using Quai.BuildProtocol.Llb;
using Quai.BuildTransfer;

namespace Quai.Build.Jobs;

/// <summary>The result of a graph, which is made when it is needed: a tree of files.</summary>
public interface IBuildRef
{
    /// <summary>The graph that it is the result of.</summary>
    Definition Definition { get; }

    /// <summary>Makes it now.</summary>
    Task EvaluateAsync(CancellationToken cancellation);

    /// <summary>Reads a file of it; links are followed, and lead nowhere else.</summary>
    /// <param name="path">The path in it.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How much to read at most; null for the rest, up to 16 MB.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">Kind NotFound: there is no such file.</exception>
    Task<byte[]> ReadFileAsync(string path, long offset, long? length, CancellationToken cancellation);

    /// <summary>The entries of a directory of it, by name; their <see cref="ContextEntry.Path"/> is the name.</summary>
    /// <param name="path">The path in it.</param>
    /// <param name="pattern">Which names, as a shell's pattern; null for all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">Kind NotFound: there is no such directory.</exception>
    Task<IReadOnlyList<ContextEntry>> ReadDirectoryAsync(string path, string? pattern, CancellationToken cancellation);

    /// <summary>What a file is.</summary>
    /// <exception cref="Errors.QuaiException">Kind NotFound: there is no such file.</exception>
    Task<ContextEntry> StatAsync(string path, CancellationToken cancellation);
}
