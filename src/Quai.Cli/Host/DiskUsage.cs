using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers;
using Quai.Cli.Containers.Views;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Images;
using Quai.Cli.Volumes;
using Quai.Templates;

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
        JsonElement usage = session.Engine.Transport.Get("/system/df");
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

    private static Row Images(JsonElement usage)
    {
        JsonElement[] images = [.. usage.Items("Images")];
        long total = usage.Number("LayersSize");
        long used = images.Where(i => i.Number("Containers") > 0 && i.Number("Size") != -1 && i.Number("SharedSize") != -1).Sum(i => i.Number("Size") - i.Number("SharedSize"));
        return Make("Images", images.Length, images.Count(i => i.Number("Containers") > 0), total, Math.Max(0, total - used), percentage: true);
    }

    private static Row Containers(JsonElement usage)
    {
        JsonElement[] containers = [.. usage.Items("Containers")];
        bool active(JsonElement c) => c.Text("State") is "running" or "paused" or "restarting";
        return Make("Containers", containers.Length, containers.Count(active), containers.Sum(c => c.Number("SizeRw")),
            containers.Where(c => !active(c)).Sum(c => c.Number("SizeRw")), percentage: true);
    }

    private static Row Volumes(JsonElement usage)
    {
        JsonElement[] volumes = [.. usage.Items("Volumes").Select(v => v.Member("UsageData"))];
        long size(Func<JsonElement, bool> which) => volumes.Where(v => v.Number("Size") != -1 && which(v)).Sum(v => v.Number("Size"));
        return Make("Local Volumes", volumes.Length, volumes.Count(v => v.Number("RefCount") > 0), size(_ => true), size(v => v.Number("RefCount") == 0), percentage: true);
    }

    private static Row BuildCache(JsonElement usage)
    {
        JsonElement[] records = [.. usage.Items("BuildCache")];
        long total = records.Where(r => !r.Flag("Shared")).Sum(r => r.Number("Size"));
        long used = records.Where(r => r.Flag("InUse") && !r.Flag("Shared")).Sum(r => r.Number("Size"));
        return Make("Build Cache", records.Length, records.Count(r => r.Flag("InUse")), total, total - used, percentage: false);
    }

    private static string Verbose(JsonElement usage, bool terminal)
    {
        var text = new StringBuilder("Images space usage:\n\n");
        text.Append(new Table("table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}", ImageRows.Headers)
            .Render(usage.Items("Images").SelectMany(i => ImageRows.Make(i, cut: true, digests: false, once: false).Take(1)), terminal));
        text.Append("\nContainers space usage:\n\n");
        text.Append(new Table("table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}", ContainerRows.Headers)
            .Render(usage.Items("Containers").Select(c => ContainerRows.Make(c, cut: true, virtualSize: false)), terminal));
        text.Append("\nLocal Volumes space usage:\n\n");
        text.Append(new Table("table {{.Name}}\t{{.Links}}\t{{.Size}}", VolumeRows.Headers).Render(usage.Items("Volumes").Select(VolumeRows.Make), terminal));
        BuildCache(usage).TryGetField("Size", out object? size);
        text.Append("\nBuild cache usage: ").Append(size).Append("\n\n");
        text.Append(new Table("table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}", CacheHeaders)
            .Render(usage.Items("BuildCache").Select(CacheRow), terminal));
        return text.ToString();
    }

    private static readonly Dictionary<string, string> CacheHeaders = new(StringComparer.Ordinal)
    {
        ["ID"] = "CACHE ID", ["CacheType"] = "CACHE TYPE", ["Size"] = "SIZE", ["CreatedSince"] = "CREATED", ["LastUsedSince"] = "LAST USED",
        ["UsageCount"] = "USAGE", ["Shared"] = "SHARED",
    };

    private static Row CacheRow(JsonElement record) => new Row("*formatter.buildCacheContext")
        .With("ID", () => Units.ShortId(record.Text("ID")))
        .With("CacheType", () => record.Text("Type"))
        .With("Size", () => Units.Size(record.Number("Size")))
        .With("CreatedSince", () => Units.Ago(Units.ParseTime(record.Text("CreatedAt"))))
        .With("LastUsedSince", () => record.Text("LastUsedAt").Length == 0 ? "" : Units.Ago(Units.ParseTime(record.Text("LastUsedAt"))))
        .With("UsageCount", () => record.Number("UsageCount").ToString())
        .With("Shared", () => record.Flag("Shared") ? "true" : "false");
}
