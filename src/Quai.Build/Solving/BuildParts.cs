using Quai.Build.Caching;
using Quai.Build.Exporting;
using Quai.Build.Frontends;
using Quai.Build.Layers;
using Quai.Build.Reasons;
using Quai.Build.RemoteCaches;
using Quai.Build.Sessions;
using Quai.Build.Solving.Keys;
using Quai.Build.Solving.Sharing;
using Quai.Build.Sources;
using Quai.Build.Steps;
using Quai.Build.Steps.Programs;
using Quai.Cdi;
using Quai.Content.Collecting;

namespace Quai.Build.Solving;

/// <summary>What all builds share.</summary>
internal sealed record BuildParts(
    SourceKinds Sources, BaseImages Images, StepKeys Keys, CacheRecords Records, SharedRuns Runs, StepRunners Steps, Exports Exports)
{
    /// <summary>Runs the programs of frontends.</summary>
    public required FrontendPrograms Programs { get; init; }

    /// <summary>The frontends that are built in.</summary>
    public required IReadOnlyList<IFrontend> Frontends { get; init; }

    /// <summary>The layers of results.</summary>
    public required LayerStore Layers { get; init; }

    /// <summary>Finds names that are like a missing file's.</summary>
    public required NearbyNames Nearby { get; init; }

    /// <summary>The devices that there are.</summary>
    public required DeviceCatalog Devices { get; init; }

    /// <summary>The folders that outlive builds.</summary>
    public required CacheMounts Folders { get; init; }

    /// <summary>Finds caches elsewhere.</summary>
    public required CacheStores CacheStores { get; init; }

    /// <summary>Keeps builds' caches elsewhere.</summary>
    public required CacheExports CacheExports { get; init; }

    /// <summary>The caches elsewhere that a build begins with, by its session, its progress and its end.</summary>
    public required Func<IBuildSession?, Func<string, QuestionProgress>, CancellationToken, ImportedCaches> Imports { get; init; }

    /// <summary>What builds use of the cache.</summary>
    public required LayerUses Uses { get; init; }

    /// <summary>Removes what nobody owns.</summary>
    public required ContentCollector Collector { get; init; }

    /// <summary>Of what the keys of steps were made that have run.</summary>
    public required StepReasons Reasons { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>What clients may allow their builds.</summary>
    public required IReadOnlyCollection<string> Entitlements { get; init; }
}
