using Quai.Content.Records;
using Quai.Linux;
using Quai.Metadata;

namespace Quai.Content.Snapshots;

public sealed partial class SnapshotStore
{
    /// <summary>
    /// At start: forgets layers that were being unpacked and snapshots of containers that no longer exist, removes directories
    /// without a record, and recreates directories of records that were lost in a power cut.
    /// </summary>
    internal async Task RecoverAsync(IReadOnlySet<string> containers, CancellationToken cancellation)
    {
        List<(long Number, string? Key, string Lower)> kept = await _database.WriteAsync(
            c =>
            {
                c.Run("DELETE FROM snapshots WHERE state=$s", ("$s", ContentSchema.Preparing));
                foreach (string key in c.Rows("SELECT key FROM snapshots WHERE key IS NOT NULL", r => r.GetString(0)))
                {
                    if (!containers.Contains(key))
                    {
                        c.Run("DELETE FROM snapshots WHERE key=$k", ("$k", key));
                    }
                }

                return c.Rows("SELECT number, key, lower FROM snapshots", r => (r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1), r.GetString(2)));
            },
            cancellation).ConfigureAwait(false);
        HashSet<string> names = [.. kept.Select(k => Name(k.Number))];
        foreach (string path in Directory.EnumerateFileSystemEntries(Folder))
        {
            if (!names.Contains(Path.GetFileName(path)))
            {
                _trash.Throw(Path.GetFileName(path));
            }
        }

        foreach ((long number, _, string lower) in kept.Where(k => k.Key is not null && !Directory.Exists(Path.Combine(Folder, Name(k.Number), "work"))))
        {
            FileCalls.RemoveTree(_folder.Number, Name(number));
            MakeDirectories(number, lower);
        }

        _trash.Sweep();
    }
}
