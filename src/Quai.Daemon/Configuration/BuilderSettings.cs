using System.Text.Json;
using Quai.Build.Caching;
using Quai.Daemon.Builds;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>The member <c>builder</c> of the configuration file: what is kept of the build cache, and what clients may allow their builds.</summary>
internal sealed record BuilderSettings
{
    private const string UnusedFor = "unused-for=";

    /// <summary>What clients may allow, such as <c>network.host</c>.</summary>
    public IReadOnlyCollection<string> Entitlements { get; init; } = ["network.host"];

    /// <summary>Whether the cache is cut back without anybody asking.</summary>
    public bool IsCollected { get; init; } = true;

    /// <summary>The rules by which it is cut back; null for the usual ones.</summary>
    public IReadOnlyList<CachePruneOptions>? Policies { get; init; }

    /// <summary>Bytes of cache that stay in any case, by the usual rules; null for what the disk says.</summary>
    public long? ReservedSpace { get; init; }

    /// <summary>Bytes that the cache may have, by the usual rules; null for what the disk says.</summary>
    public long? MaxUsedSpace { get; init; }

    /// <summary>Bytes of the disk that are to be free, by the usual rules; null for what the disk says.</summary>
    public long? MinFreeSpace { get; init; }

    /// <summary>Whether <c># syntax=docker/dockerfile</c> means the frontend that is built in, rather than the image of that name.</summary>
    public bool IsFrontendBuiltIn { get; init; } = true;

    /// <summary>Folders of the host that <c>RUN --mount=type=cache</c> has, by its ids.</summary>
    public IReadOnlyDictionary<string, string> CacheFolders { get; init; } = new Dictionary<string, string>();

    /// <summary>How many records of builds stay whatever their age.</summary>
    public int HistoryEntries { get; init; } = 50;

    /// <summary>How long records of builds stay whatever their number.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(2);

    /// <summary>The rules for a disk.</summary>
    /// <param name="disk">Its bytes.</param>
    public IReadOnlyList<CachePruneOptions> PoliciesFor(long disk) => !IsCollected ? [] : Policies ?? CachePolicies.Usual(ReservedSpace, MaxUsedSpace, MinFreeSpace, disk);

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">A member is unknown, or a value malformed.</exception>
    public static BuilderSettings Read(JsonElement builder)
    {
        var settings = new BuilderSettings();
        foreach ((string name, JsonElement value) in Members(builder, "builder"))
        {
            settings = name switch
            {
                "gc" or "GC" => Collection(settings, value),
                "history" or "History" => Recording(settings, value),
                "entitlements" or "Entitlements" => settings with { Entitlements = Granted(value) },
                "dockerfile-frontend" => settings with { IsFrontendBuiltIn = Choice(value, "builder.dockerfile-frontend", "built-in", "image") },
                "cache-folders" => settings with { CacheFolders = Folders(value) },
                _ => throw Unknown($"builder.{name}"),
            };
        }

        return settings;
    }

    private static BuilderSettings Collection(BuilderSettings settings, JsonElement gc)
    {
        foreach ((string name, JsonElement value) in Members(gc, "builder.gc"))
        {
            string path = "builder.gc." + name;
            settings = name.ToLowerInvariant() switch
            {
                "enabled" => settings with { IsCollected = Switch(value, path) },
                "defaultkeepstorage" or "defaultreservedspace" => settings with { ReservedSpace = Bytes(value, path) },
                "defaultmaxusedspace" => settings with { MaxUsedSpace = Bytes(value, path) },
                "defaultminfreespace" => settings with { MinFreeSpace = Bytes(value, path) },
                "policy" => settings with { Policies = Rules(value, path) },
                _ => throw Unknown(path),
            };
        }

        return settings;
    }

    private static BuilderSettings Recording(BuilderSettings settings, JsonElement history)
    {
        foreach ((string name, JsonElement value) in Members(history, "builder.history"))
        {
            string path = "builder.history." + name;
            settings = name.ToLowerInvariant() switch
            {
                "maxage" => settings with { HistoryAge = Duration(value, path) },
                "maxentries" => settings with { HistoryEntries = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int most) && most >= 0 ? most : throw Wrong(value, path) },
                _ => throw Unknown(path),
            };
        }

        return settings;
    }

    private static IReadOnlyList<CachePruneOptions>? Rules(JsonElement rules, string path)
    {
        CachePruneOptions[] read = [.. Items(rules, path).Select((rule, i) => Rule(rule, $"{path}[{i}]"))];
        return read.Length > 0 ? read : null;
    }

    private static CachePruneOptions Rule(JsonElement rule, string path)
    {
        var read = new CachePruneOptions();
        string[] filters = [];
        foreach ((string name, JsonElement value) in Members(rule, path))
        {
            string member = $"{path}.{name}";
            switch (name.ToLowerInvariant())
            {
                case "all":
                    read = read with { IncludesInternal = Switch(value, member) };
                    break;
                case "keepstorage" or "reservedspace":
                    read = read with { ReservedSpace = Bytes(value, member) };
                    break;
                case "maxusedspace":
                    read = read with { MaxUsedSpace = Bytes(value, member) };
                    break;
                case "minfreespace":
                    read = read with { MinFreeSpace = Bytes(value, member) };
                    break;
                case "keepduration":
                    read = read with { KeepDuration = Duration(value, member) };
                    break;
                case "filter":
                    filters = [.. Items(value, member).Select(f => Text(f, member))];
                    read = filters.LastOrDefault(f => f.StartsWith(UnusedFor, StringComparison.Ordinal)) is { } unused
                        ? read with { KeepDuration = Duration(unused[UnusedFor.Length..], member) } : read;
                    break;
                default:
                    throw Unknown(member);
            }
        }

        return read with { Filters = CacheTerms.Of([.. filters.Where(f => !f.StartsWith(UnusedFor, StringComparison.Ordinal))], read.IncludesInternal) };
    }

    private static Dictionary<string, string> Folders(JsonElement folders)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach ((string id, JsonElement value) in Members(folders, "builder.cache-folders"))
        {
            string path = $"builder.cache-folders.{id}", folder = Text(value, path);
            read[id] = !Path.IsPathRooted(folder) || Path.GetFullPath(folder) == "/" ? throw QuaiException.Invalid($"{path}: {folder} is no absolute path of a folder")
                : Directory.Exists(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))) ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
                : throw QuaiException.Invalid($"{path}: the folder that {folder} is to be in does not exist");
        }

        return read;
    }

    private static string[] Granted(JsonElement entitlements)
    {
        HashSet<string> granted = ["network.host"];
        foreach ((string name, JsonElement value) in Members(entitlements, "builder.entitlements"))
        {
            string path = "builder.entitlements." + name;
            string entitlement = name switch { "network-host" => "network.host", "security-insecure" => "security.insecure", "device" => "device", _ => throw Unknown(path) };
            bool isGranted = Switch(value, path);
            _ = isGranted ? granted.Add(entitlement) : granted.Remove(entitlement);
        }

        return [.. granted];
    }

    private static IEnumerable<(string Name, JsonElement Value)> Members(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(m => (m.Name, m.Value)),
        JsonValueKind.Null => [],
        _ => throw Wrong(element, path),
    };

    private static IEnumerable<JsonElement> Items(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray(),
        JsonValueKind.Null => [],
        _ => throw Wrong(element, path),
    };

    private static bool Choice(JsonElement value, string path, string yes, string no) =>
        Text(value, path) is var text && text == yes ? true : text == no ? false : throw QuaiException.Invalid($"{path}: \"{text}\" is neither {yes} nor {no}");

    private static bool Switch(JsonElement value, string path) => value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => throw Wrong(value, path) };

    private static string Text(JsonElement value, string path) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(value, path);

    private static long Bytes(JsonElement value, string path) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? number
        : ByteSize.TryParse(Text(value, path), out long bytes) ? bytes : throw QuaiException.Invalid($"{path}: invalid size: '{value.GetString()}'");

    // In nanoseconds, too, as programs write them.
    private static TimeSpan Duration(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long nanoseconds) && nanoseconds >= 0 ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick) : Duration(Text(value, path), path);

    private static TimeSpan Duration(string text, string path)
    {
        try
        {
            return Durations.ParseSpan(text) is { } duration && duration >= TimeSpan.Zero ? duration : throw QuaiException.Invalid($"invalid duration \"{text}\"");
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"{path}: {e.Message}", e);
        }
    }

    private static QuaiException Unknown(string path) => QuaiException.Invalid($"the following directives don't match any configuration option: {path}");

    private static QuaiException Wrong(JsonElement value, string path) => QuaiException.Invalid($"{path}: a value of type {value.ValueKind.ToString().ToLowerInvariant()} is not what it takes");
}
