using Quai.Build.Graphs;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Trees;
using Quai.Build.Trees.Sent;
using Quai.BuildProtocol.Llb;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Solving;

/// <summary>The result of a graph of a build.</summary>
/// <param name="definition">The graph; empty for files that are no graph's result.</param>
/// <param name="edge">Which result of the graph it is; null for files that are no graph's result.</param>
/// <param name="solve">Makes its files.</param>
internal sealed class BuildRef(Definition definition, Edge? edge, Func<CancellationToken, Task<LayerStack>> solve) : IBuildRef
{
    private const int LargestFile = 16 << 20;

    /// <inheritdoc/>
    public Definition Definition => definition;

    /// <summary>Which result of the graph it is; null for files that are no graph's result.</summary>
    public Edge? Edge => edge;

    /// <summary>Its files.</summary>
    public Task<LayerStack> SolveAsync(CancellationToken cancellation) => solve(cancellation);

    /// <inheritdoc/>
    public async Task EvaluateAsync(CancellationToken cancellation) => await SolveAsync(cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<byte[]> ReadFileAsync(string path, long offset, long? length, CancellationToken cancellation)
    {
        MergedTree tree = await TreeAsync(cancellation).ConfigureAwait(false);
        using FileDescriptor file = tree.OpenFile(tree.Resolve(path)) ?? throw NotFound("open", path);
        long size = (long)NodeStatusReader.Read(file).Size;
        int count = (int)Math.Min(LargestFile, Math.Max(0, Math.Min(size - offset, length ?? long.MaxValue)));
        if (FileCalls.TrySeek(file.Number, Math.Max(0, offset)) is var errno and not 0)
        {
            throw new LinuxException("lseek", errno, path);
        }

        byte[] bytes = new byte[count];
        using var stream = new DescriptorStream(file);
        int read = await stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return read == count ? bytes : bytes[..read];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContextEntry>> ReadDirectoryAsync(string path, string? pattern, CancellationToken cancellation)
    {
        MergedTree tree = await TreeAsync(cancellation).ConfigureAwait(false);
        using MergedDirectory directory = tree.OpenDirectory(tree.Resolve(path)) ?? throw NotFound("open", path);
        return
        [
            .. directory.Entries().Where(e => string.IsNullOrEmpty(pattern) || ShellGlob.Fits(pattern, MergedTree.Text(e.Name)))
                .Select(e => TreeEntry.Of(MergedTree.Text(e.Name), directory, e.Name, e.Entry)),
        ];
    }

    /// <inheritdoc/>
    public async Task<ContextEntry> StatAsync(string path, CancellationToken cancellation)
    {
        MergedTree tree = await TreeAsync(cancellation).ConfigureAwait(false);
        string resolved = tree.Resolve(path);
        using MergedDirectory? parent = tree.OpenDirectory(MergedTree.Parent(resolved));
        byte[] name = MergedTree.Name(MergedTree.Base(resolved));
        return resolved == "/" ? new ContextEntry("/", ContextEntryKind.Directory, (int)(tree.Status("/")!.Value.Mode & 0xfff))
            : parent?.Find(name) is { } entry ? TreeEntry.Of(MergedTree.Base(resolved), parent, name, entry)
            : throw NotFound("lstat", path);
    }

    private async Task<MergedTree> TreeAsync(CancellationToken cancellation) => new(await SolveAsync(cancellation).ConfigureAwait(false));

    private static QuaiException NotFound(string call, string path) => QuaiException.NotFound($"{call} {path}: no such file or directory");
}
