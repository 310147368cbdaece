using System.Net;
using Quai.Build.Jobs;
using Quai.Build.RemoteCaches.Actions;
using Quai.Build.RemoteCaches.Objects;
using Quai.Build.RemoteCaches.Stores;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Sessions;
using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>Finds the places of caches by what clients say of them.</summary>
/// <param name="registries">Caches in registries.</param>
/// <param name="publishing">Packs and pushes.</param>
/// <param name="blobs">The store of blobs.</param>
/// <param name="proxy">Which proxy servers are asked through; null for what the environment says.</param>
/// <param name="time">The clock.</param>
internal sealed class CacheStores(IRegistries registries, IPublishing publishing, BlobStore blobs, IWebProxy? proxy, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500), s_otherWriter = TimeSpan.FromSeconds(2);

    private readonly CacheHttp _http = new(proxy, s_pause);

    /// <summary>The place of a cache. Nothing is asked of it yet.</summary>
    /// <exception cref="QuaiException">What is said of it is incomplete, or there is no such kind of place.</exception>
    public ICacheStore Open(CacheReference cache, IBuildSession? session) => cache.Type switch
    {
        "registry" => new RegistryCacheStore(cache, registries, publishing, blobs, session),
        "local" => new ClientCacheStore(cache, session, blobs),
        "gha" => OpenActions(ActionsSettings.Read(cache, time.GetUtcNow())),
        "s3" => new ObjectCacheStore(ObjectSettings.Read(cache, Environment.GetEnvironmentVariable), _http, blobs, time),
        _ => throw QuaiException.Invalid($"unknown cache type: \"{cache.Type}\""),
    };

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private ActionsCacheStore OpenActions(ActionsSettings settings) => new(settings, _http, new ActionsKeys(_http, ActionsKeys.GitHub, settings), blobs, s_otherWriter);
}
