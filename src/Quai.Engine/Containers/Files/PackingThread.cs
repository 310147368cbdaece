using Quai.Archives;

namespace Quai.Engine.Containers.Files;

/// <summary>Packs trees while they are sent, each on a thread of its own.</summary>
internal static class PackingThread
{
    /// <summary>Writes an archive.</summary>
    /// <param name="output">The destination.</param>
    /// <param name="pack">Packs what is to be in it.</param>
    /// <param name="cancellation">Leaves the archive incomplete.</param>
    public static Task RunAsync(Stream output, Action<TreePacker> pack, CancellationToken cancellation) => DeepThread.RunAsync(
        "tar",
        () =>
        {
            using var sink = new SinkStream(output, cancellation);
            var tar = new TarWriter(sink);
            pack(new TreePacker(tar, TreePackerOptions.Plain, cancellation));
            tar.Finish();
        });
}
