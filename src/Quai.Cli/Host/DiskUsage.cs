using System.Text;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Api.Volumes;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Views;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Cli.Volumes;

namespace Quai.Cli.Host;

/// <summary><c>quai system df</c>.</summary>
internal sealed class DiskUsage : Command
{
    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        ["Type"] = "TYPE", ["TotalCount"] = "TOTAL", ["Active"] = "ACTIVE", ["Size"] = "SIZE", ["Reclaimable"] = "RECLAIMABLE",
    };

    private readonly Flag<string> _format;
    private readonly Flag<bool> _verbose;

    public DiskUsage(string path)
        : base(path)
    {
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _verbose = Flags.Bool("verbose", 'v', "Show every object");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show how much disk space is used";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        Api.System.DiskUsage usage = session.Engine.System.DiskUsageAsync().Await();
        if (_verbose.Value && _format.Value.Length is 0)
        {
            session.Out.Write(Verbose(usage, session.Out.IsTerminal));
            return 0;
        }

        string format = _format.Value.Length == 0 || _format.Value == "table" ? "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}" : _format.Value;
        new Table(format, Headers).Print(session.Out, [Images(usage), Containers(usage), Volumes(usage), BuildCache(usage)]);
        return 0;
    }

    private static Row Make(string type, int total, int active, long size, long reclaimable, bool percentage) => new Row("*formatter.diskUsageContext")
        .With("Type", () => type)
        .With("TotalCount", () => total.ToString())
        .With("Active", () => active.ToString())
        .With("Size", () => Units.LongSize(size))
        .With("Reclaimable", () => percentage && size > 0 ? $"{Units.LongSize(reclaimable)} ({reclaimable * 100 / size}%)" : Units.LongSize(reclaimable));

    private static Row Images(Api.System.DiskUsage usage)
    {
        List<ImageSummary> images = usage.Images;
        long used = images.Where(i => i.Containers > 0 && i.Size != -1 && i.SharedSize != -1).Sum(i => i.Size - i.SharedSize);
        return Make("Images", images.Count, images.Count(i => i.Containers > 0), usage.LayersSize, Math.Max(0, usage.LayersSize - used), percentage: true);
    }

    private static Row Containers(Api.System.DiskUsage usage)
    {
        List<ContainerSummary> containers = usage.Containers;
        static bool active(ContainerSummary c) => c.State is "running" or "paused" or "restarting";
        return Make("Containers", containers.Count, containers.Count(active), containers.Sum(c => c.SizeRw ?? 0), containers.Where(c => !active(c)).Sum(c => c.SizeRw ?? 0), percentage: true);
    }

    private static Row Volumes(Api.System.DiskUsage usage)
    {
        List<VolumeUsage> volumes = [.. usage.Volumes.Select(v => v.UsageData ?? new VolumeUsage(0, 0))];
        long size(Func<VolumeUsage, bool> which) => volumes.Where(v => v.Size != -1 && which(v)).Sum(v => v.Size);
        return Make("Local Volumes", volumes.Count, volumes.Count(v => v.RefCount > 0), size(_ => true), size(v => v.RefCount == 0), percentage: true);
    }

    private static Row BuildCache(Api.System.DiskUsage usage)
    {
        List<BuildCacheRecord> records = usage.BuildCache;
        long total = records.Where(r => !r.Shared).Sum(r => r.Size);
        long used = records.Where(r => r.InUse && !r.Shared).Sum(r => r.Size);
        return Make("Build Cache", records.Count, records.Count(r => r.InUse), total, total - used, percentage: false);
    }

    private static string Verbose(Api.System.DiskUsage usage, bool terminal)
    {
        var text = new StringBuilder("Images space usage:\n\n");
        text.Append(new Table("table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}", ImageRows.Headers)
            .Render(usage.Images.SelectMany(i => ImageRows.Make(i, cut: true, digests: false, once: false).Take(1)), terminal));
        text.Append("\nContainers space usage:\n\n");
        text.Append(new Table("table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}", ContainerRows.Headers)
            .Render(usage.Containers.Select(c => ContainerRows.Make(c, cut: true, virtualSize: false)), terminal));
        text.Append("\nLocal Volumes space usage:\n\n");
        text.Append(new Table("table {{.Name}}\t{{.Links}}\t{{.Size}}", VolumeRows.Headers).Render(usage.Volumes.Select(VolumeRows.Make), terminal));
        BuildCache(usage).TryGetField("Size", out object? size);
        text.Append("\nBuild cache usage: ").Append(size).Append("\n\n");
        text.Append(new Table("table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}", CacheHeaders)
            .Render(usage.BuildCache.Select(CacheRow), terminal));
        return text.ToString();
    }

    private static readonly Dictionary<string, string> CacheHeaders = new(StringComparer.Ordinal)
    {
        ["ID"] = "CACHE ID", ["CacheType"] = "CACHE TYPE", ["Size"] = "SIZE", ["CreatedSince"] = "CREATED", ["LastUsedSince"] = "LAST USED",
        ["UsageCount"] = "USAGE", ["Shared"] = "SHARED",
    };

    private static Row CacheRow(BuildCacheRecord record) => new Row("*formatter.buildCacheContext")
        .With("ID", () => Units.ShortId(record.ID))
        .With("CacheType", () => record.Type)
        .With("Size", () => Units.Size(record.Size))
        .With("CreatedSince", () => Units.Ago(Units.ParseTime(record.CreatedAt)))
        .With("LastUsedSince", () => record.LastUsedAt is { Length: > 0 } used ? Units.Ago(Units.ParseTime(used)) : "")
        .With("UsageCount", () => record.UsageCount.ToString())
        .With("Shared", () => record.Shared ? "true" : "false");
}
