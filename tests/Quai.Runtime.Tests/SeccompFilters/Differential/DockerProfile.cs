using System.Text.Json;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>Docker's own default profile (moby/profiles, Apache License 2.0), read for a container as moby and runc read it.</summary>
internal static class DockerProfile
{
    /// <summary>The file's text.</summary>
    public static string Json { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "SeccompFilters", "Differential", "docker-default.json"));

    /// <summary>The capabilities that some rule depends on.</summary>
    public static string[] Capabilities { get; } = FindCapabilities();

    /// <summary>The rules for a container on x86-64.</summary>
    public static FilterRules For(IReadOnlySet<string> capabilities, Version kernel)
    {
        using JsonDocument document = JsonDocument.Parse(Json);
        JsonElement root = document.RootElement;
        uint fallback = FilterRules.ActionOf(root.GetProperty("defaultAction").GetString()!, root.GetProperty("defaultErrnoRet").GetUInt32());
        JsonElement map = root.GetProperty("archMap").EnumerateArray().Single(entry => entry.GetProperty("architecture").ValueEquals("SCMP_ARCH_X86_64"));
        uint[] architectures = [FilterRules.ArchitectureOf("SCMP_ARCH_X86_64"), .. Strings(map, "subArchitectures").Select(FilterRules.ArchitectureOf)];
        var rules = new List<FilterRule>();
        var named = new HashSet<string>();
        foreach (JsonElement entry in root.GetProperty("syscalls").EnumerateArray())
        {
            if (!Matches(entry, "includes", capabilities, kernel, all: true) || Matches(entry, "excludes", capabilities, kernel, all: false))
            {
                continue;
            }

            uint errno = entry.TryGetProperty("errnoRet", out JsonElement value) ? value.GetUInt32() : 1;
            uint action = FilterRules.ActionOf(entry.GetProperty("action").GetString()!, errno);
            FilterCondition[] conditions = entry.TryGetProperty("args", out JsonElement args) ? [.. args.EnumerateArray().Select(ReadCondition)] : [];
            foreach (string name in Strings(entry, "names"))
            {
                named.Add(name);
                rules.AddRange(FilterRules.Split(name, action, fallback, conditions));
            }
        }

        return new FilterRules(fallback, architectures, [.. rules], named);
    }

    private static FilterCondition ReadCondition(JsonElement arg) => new(
        arg.GetProperty("index").GetUInt32(),
        FilterCondition.OperatorOf(arg.GetProperty("op").GetString()!),
        arg.GetProperty("value").GetUInt64(),
        arg.TryGetProperty("valueTwo", out JsonElement second) ? second.GetUInt64() : 0);

    /// <summary>Whether an entry's condition holds: all that it includes, or any that it excludes.</summary>
    private static bool Matches(JsonElement entry, string which, IReadOnlySet<string> capabilities, Version kernel, bool all)
    {
        if (!entry.TryGetProperty(which, out JsonElement filter))
        {
            return all;
        }

        var tests = new List<bool>();
        string[] arches = Strings(filter, "arches");
        if (arches.Length > 0)
        {
            tests.Add(arches.Contains("amd64"));
        }

        if (filter.TryGetProperty("minKernel", out JsonElement least))
        {
            tests.Add(kernel >= Version.Parse(least.GetString()!));
        }

        tests.AddRange(Strings(filter, "caps").Select(capabilities.Contains));
        return all ? tests.TrueForAll(test => test) : tests.Exists(test => test);
    }

    private static string[] Strings(JsonElement of, string property) =>
        of.TryGetProperty(property, out JsonElement list) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];

    private static string[] FindCapabilities()
    {
        using JsonDocument document = JsonDocument.Parse(Json);
        return [.. document.RootElement.GetProperty("syscalls").EnumerateArray()
            .Where(entry => entry.TryGetProperty("includes", out _))
            .SelectMany(entry => Strings(entry.GetProperty("includes"), "caps")).Distinct()];
    }
}
