using System.Globalization;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Quotas;
using Quai.Linux.Trees;
using Quai.Metadata;
using Quai.Volumes.Local;

namespace Quai.Volumes;

public sealed partial class VolumeStore
{
    /// <summary>The label of a snapshot: the name of the volume that it was taken of.</summary>
    public const string SnapshotLabel = "quai.volume.snapshot-of";

    /// <summary>
    /// Makes a volume with another's content; its files share their blocks with the other's where the file system can do that. The volume appears
    /// when it is complete: a crash on the way leaves nothing.
    /// </summary>
    /// <param name="source">The volume to copy. Containers may use it meanwhile; each file is then as it was at some moment of the copy.</param>
    /// <param name="name">The new volume's name; null for a snapshot's: the source's with the time.</param>
    /// <param name="snapshot">Whether it says of which volume it is a snapshot.</param>
    /// <param name="cancellation">Nothing is left when cancelled.</param>
    /// <exception cref="QuaiException">There is no such volume, or the name is not free.</exception>
    public async Task<Volume> CopyAsync(string source, string? name, bool snapshot, CancellationToken cancellation)
    {
        Volume from = Get(source);
        string given = name ?? string.Create(CultureInfo.InvariantCulture, $"{source}-{_time.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}");
        ValidateName(given);
        CheckFree(given);
        Volume made = DescribeCopy(from, given, snapshot);
        string staging = TrashName();
        await _database.WriteAsync(
            c => c.Run("INSERT INTO volume_garbage (name, trash, project) VALUES ($n,$t,$p)", ("$n", given), ("$t", staging), ("$p", (long?)made.Project)), cancellation).ConfigureAwait(false);
        bool kept = false;
        try
        {
            await Task.Run(() => FillStaging(from, made, staging, cancellation), cancellation).ConfigureAwait(false);
            await _changing.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                CheckFree(given);
                // If this is cut off before the records are written, the next start finds no volume of that name, and deletes the folder.
                Directory.Move(Path.Combine(_root, staging), Path.Combine(_root, given));
                await _database.WriteAsync(
                    c =>
                    {
                        Insert(c, made, EntryState.There);
                        c.Run("DELETE FROM volume_garbage WHERE trash=$t", ("$t", staging));
                    },
                    CancellationToken.None).ConfigureAwait(false);
                kept = true;
                lock (_lock)
                {
                    _volumes.Add(given, new Entry(made));
                }
            }
            finally
            {
                if (!kept && TryGet(given) is null)
                {
                    MoveAside(given, staging);
                }

                _changing.Release();
            }
        }
        finally
        {
            if (!kept)
            {
                DeleteFolder(Path.Combine(_root, staging));
                ReleaseProject(made.Project);
                await _database.WriteAsync(c => c.Run("DELETE FROM volume_garbage WHERE trash=$t", ("$t", staging)), CancellationToken.None).ConfigureAwait(false);
            }
        }

        Changed?.Invoke("create", made);
        return made;
    }

    private void CheckFree(string name)
    {
        if (TryGet(name) is not null)
        {
            throw QuaiException.Conflict($"create {name}: there is a volume of that name already");
        }
    }

    private Volume DescribeCopy(Volume from, string name, bool snapshot)
    {
        // A copy of what is mounted is a folder; a limit stays one.
        Dictionary<string, string> options = from.Options.Where(o => o.Key == "size" && from.IsLocal && !LocalOptions.Of(from).IsMount).ToDictionary();
        Dictionary<string, string> labels = from.Labels.Where(l => l.Key is not (Volume.AnonymousLabel or SnapshotLabel)).ToDictionary();
        if (snapshot)
        {
            labels[SnapshotLabel] = from.Name;
        }

        var request = new VolumeRequest(name, Options: options.Count > 0 ? options : null, Labels: labels.Count > 0 ? labels : null);
        Validate(request);
        lock (_lock)
        {
            return Describe(name, request, [.. _volumes.Values.Select(e => e.Volume.Project).OfType<uint>()]);
        }
    }

    private void FillStaging(Volume from, Volume made, string staging, CancellationToken cancellation)
    {
        using VolumeHold hold = Hold(from.Name);
        cancellation.ThrowIfCancellationRequested();
        string folder = Path.Combine(_root, staging), content = Path.Combine(folder, "_data");
        PrivateFolder.Make(folder);
        if (made.Project is { } project)
        {
            _quota.Apply(staging, project, LocalOptions.Validate(made.Name, made.Options, () => true));
        }

        Directory.CreateDirectory(content);
        using FileDescriptor target = RootedFiles.OpenDirectory(content);
        try
        {
            BoundByQuotas.Run(() => FileTree.CopyContent(hold.Folder, target));
        }
        catch (LinuxException e)
        {
            throw QuaiException.System($"copy of volume {from.Name} to {made.Name} failed: {e.Message}", e);
        }
    }
}
