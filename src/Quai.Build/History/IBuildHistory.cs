using Quai.BuildProtocol.Control;
using Quai.Oci.Images;

namespace Quai.Build.History;

/// <summary>The builds that have ended, as clients ask for them later. Records have BuildKit's form: it is what clients were told and will be told.</summary>
public interface IBuildHistory
{
    /// <summary>All records, the newest first.</summary>
    IReadOnlyList<BuildHistoryRecord> List();

    /// <summary>The record of a build; null for none.</summary>
    BuildHistoryRecord? Find(string id);

    /// <summary>Keeps a record. The oldest go when there are too many: 50 stay in any case, as do those of the last two days, and those that are pinned.</summary>
    /// <param name="record">The record; where its log, its trace and its error are is filled in.</param>
    /// <param name="blobs">They.</param>
    /// <param name="cancellation">Keeps nothing.</param>
    /// <returns>The ids of records that went.</returns>
    Task<IReadOnlyList<string>> AddAsync(BuildHistoryRecord record, HistoryBlobs blobs, CancellationToken cancellation);

    /// <summary>Pins a record, or no longer.</summary>
    /// <returns>The record; null for none.</returns>
    Task<BuildHistoryRecord?> PinAsync(string id, bool isPinned, CancellationToken cancellation);

    /// <summary>Removes a record.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> RemoveAsync(string id, CancellationToken cancellation);

    /// <summary>The size of a blob that a record names, in bytes; null for none.</summary>
    long? SizeOf(Digest digest);

    /// <summary>Opens a blob that a record names.</summary>
    /// <exception cref="Errors.QuaiException">Kind NotFound: no record names it.</exception>
    Stream Open(Digest digest);
}
