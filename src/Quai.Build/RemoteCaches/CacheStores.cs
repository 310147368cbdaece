using Quai.Build.Jobs;
using Quai.Build.RemoteCaches.Stores;
using Quai.Build.Sessions;
using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>Finds the places of caches by what clients say of them.</summary>
internal sealed class CacheStores(IRegistries registries, IPublishing publishing, BlobStore blobs)
{
    /// <summary>The place of a cache. Nothing is asked of it yet.</summary>
    /// <exception cref="QuaiException">What is said of it is incomplete, or there is no such kind of place.</exception>
    public ICacheStore Open(CacheReference cache, IBuildSession? session) => cache.Type switch
    {
        "registry" => new RegistryCacheStore(cache, registries, publishing, blobs, session),
        "local" => new ClientCacheStore(cache, session, blobs),
        _ => throw QuaiException.Invalid($"unknown cache type: \"{cache.Type}\""),
    };
}
