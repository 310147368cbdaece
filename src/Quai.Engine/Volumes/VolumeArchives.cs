using Quai.Archives;
using Quai.Engine.Containers.Files;
using Quai.Errors;
using Quai.Linux;
using Quai.Volumes;

namespace Quai.Engine.Volumes;

/// <summary>Volumes as tar archives, with owners, modes, times and extended attributes. Containers may use the volumes meanwhile.</summary>
/// <param name="volumes">The volumes.</param>
public sealed class VolumeArchives(VolumeStore volumes)
{
    /// <summary>Packs a volume: an entry for its folder, <c>./</c>, and its files.</summary>
    /// <param name="name">The volume.</param>
    /// <param name="start">Called when nothing but the output can fail any more; gives the output.</param>
    /// <param name="cancellation">Leaves the archive incomplete.</param>
    /// <exception cref="QuaiException">There is no such volume, or it cannot be mounted.</exception>
    public async Task ExportAsync(string name, Func<Task<Stream>> start, CancellationToken cancellation)
    {
        using VolumeHold hold = volumes.Hold(name);
        Stream output = await start().ConfigureAwait(false);
        await PackingThread.RunAsync(output, packer => packer.PackDirectory(hold.Folder, "./"u8.ToArray()), cancellation).ConfigureAwait(false);
    }

    /// <summary>Unpacks an archive, compressed or not, into a volume: what is there of the same name is replaced, the rest stays.</summary>
    /// <exception cref="QuaiException">There is no such volume, it cannot be mounted, or the archive is broken or leads out of it.</exception>
    public async Task ImportAsync(string name, Stream archive, CancellationToken cancellation)
    {
        using VolumeHold hold = volumes.Hold(name);
        try
        {
            await Task.Factory.StartNew(() => Import(hold.Folder, archive, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"import into volume {name}: {e.Message}; what comes before it in the archive is unpacked", e);
        }
    }

    private static void Import(FileDescriptor folder, Stream archive, CancellationToken cancellation)
    {
        using var source = new SyncStream(archive, cancellation);
        using Stream tar = UnpackedStream.Open(source);
        using var extractor = new TreeExtractor(folder, "/", new TreeExtractorOptions { ChangeDestination = true, LeavesHoles = true });
        var reader = new TarReader(tar);
        extractor.Extract(reader, cancellation);
        reader.Drain();
    }
}
