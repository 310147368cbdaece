using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Build.Caching;
using Quai.Cdi;

namespace Quai.Build;

/// <summary>A builder's settings.</summary>
/// <param name="CacheFolder">Where folders are that outlive builds: <c>RUN --mount=type=cache</c>.</param>
/// <param name="SecretFolder">Where secrets are while a step runs: a private folder, in memory.</param>
/// <param name="MountPoint">Any existing directory, over which trees are mounted for a moment, unseen by others.</param>
public sealed record BuilderOptions(string CacheFolder, string SecretFolder, string MountPoint)
{
    /// <summary>Folders of the host that outlive builds, by the ids by which steps name them; all others are in <see cref="CacheFolder"/>.</summary>
    public IReadOnlyDictionary<string, string> ChosenCacheFolders { get; init; } = new Dictionary<string, string>();

    /// <summary>How many steps may run at the same time.</summary>
    public int MaxParallelism { get; init; } = 32;

    /// <summary>The rules by which the cache is cut back after builds, in their order; none for never.</summary>
    public IReadOnlyList<CachePruneOptions> Policies { get; init; } = [];

    /// <summary>How long the cache is not cut back again.</summary>
    public TimeSpan PolicyPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many records of builds stay whatever their age.</summary>
    public int HistoryEntries { get; init; } = 50;

    /// <summary>How long records of builds stay whatever their number.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(2);

    /// <summary>What clients may allow their builds.</summary>
    public IReadOnlyCollection<string> Entitlements { get; init; } = ["network.host"];

    /// <summary>The devices that steps may ask for.</summary>
    public DeviceCatalog Devices { get; init; } = new(DeviceCatalog.UsualFolders);

    /// <summary>Is told what nobody else is.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Which proxy files of servers are fetched through; null for what the environment says.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
