using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>Remembers which repositories have which blobs, so that a push need not send what the registry has elsewhere.</summary>
internal sealed class BlobRepositories(MetadataDatabase database, TimeProvider time)
{
    /// <summary>Maximum number of repositories remembered per blob and registry; the least recently seen are forgotten.</summary>
    private const int MaxRepositories = 16;

    /// <summary>Records that a repository has blobs which are in the store.</summary>
    public Task RecordAsync(ImageReference repository, IEnumerable<string> digests, CancellationToken cancellation) => database.WriteAsync(
        c =>
        {
            long now = time.GetUtcNow().ToUnixTimeSeconds();
            foreach (string digest in digests)
            {
                c.Run(
                    "INSERT INTO blob_repositories SELECT digest, $h, $r, $t FROM blobs WHERE digest=$d ON CONFLICT DO UPDATE SET seen=$t",
                    ("$d", digest), ("$h", repository.Domain), ("$r", repository.Path), ("$t", now));
                c.Run(
                    """
                    DELETE FROM blob_repositories WHERE digest=$d AND domain=$h AND repository NOT IN
                      (SELECT repository FROM blob_repositories WHERE digest=$d AND domain=$h ORDER BY seen DESC, repository LIMIT $m)
                    """,
                    ("$d", digest), ("$h", repository.Domain), ("$m", MaxRepositories));
            }
        },
        cancellation);

    /// <summary>Forgets that a repository has a blob: the registry said otherwise.</summary>
    public Task ForgetAsync(string domain, string repository, string digest, CancellationToken cancellation) => database.WriteAsync(
        c => c.Run("DELETE FROM blob_repositories WHERE digest=$d AND domain=$h AND repository=$r", ("$d", digest), ("$h", domain), ("$r", repository)), cancellation);

    /// <summary>Other repositories of the same registry that have a blob, most recently seen first.</summary>
    public IReadOnlyList<string> Find(ImageReference target, string digest, int limit) => database.Read(c => c.Rows(
        "SELECT repository FROM blob_repositories WHERE digest=$d AND domain=$h AND repository<>$r ORDER BY seen DESC, repository LIMIT $m",
        r => r.GetString(0),
        ("$d", digest), ("$h", target.Domain), ("$r", target.Path), ("$m", limit)));
}
