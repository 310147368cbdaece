using System.Text;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>
/// Walks the OCI runtime specification, requirement by requirement, with quai-runtime and with Debian's runc. The result is the table <c>docs/runtime.md</c> ends with;
/// <c>QUAI_GOLDEN=write</c> writes it.
/// </summary>
public sealed class ConformanceTests
{
    private const string Begin = "<!-- conformance -->", End = "<!-- end of conformance -->";

    private static readonly Requirement[] s_all =
        [.. LifecycleRequirements.All, .. HookRequirements.All, .. ProcessRequirements.All, .. MountRequirements.All, .. LinuxRequirements.All, .. CgroupRequirements.All, .. SeccompRequirements.All];

    [Fact]
    public async Task Whatever_the_specification_asks_quai_runtime_does()
    {
        string quai = Path.Combine(TestEnvironment.BinDirectory, "quai-runtime");
        var rows = new (string Runc, string Quai)[s_all.Length];
        await Parallel.ForAsync(0, s_all.Length, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (i, _) =>
            rows[i] = (await TryOnceAsync(s_all[i], "/usr/sbin/runc"), await TryAsync(s_all[i], quai)));

        var faults = new StringBuilder();
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Quai.Length > 0 && (s_all[i].Level == "MUST" || rows[i].Runc.Length == 0))
            {
                faults.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{s_all[i].Section}: {s_all[i].Text}: {rows[i].Quai}{(rows[i].Runc.Length == 0 ? " (runc does it)" : "")}");
            }
        }

        Assert.True(faults.Length == 0, faults.ToString());
        string file = Path.Combine(TestEnvironment.Repository, "docs", "runtime.md");
        if (Environment.GetEnvironmentVariable("QUAI_GOLDEN") == "write")
        {
            string text = await File.ReadAllTextAsync(file);
            int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = text.IndexOf(End, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, text[..begin] + "\n" + TableOf(rows) + text[end..]);
        }

        // The rows that depend on the machine's control groups differ between machines; the others are those of the document.
        string document = await File.ReadAllTextAsync(file);
        Assert.All(s_all.Where(r => !r.Section.Contains("Resources", StringComparison.Ordinal) && !r.Section.Contains("Unified", StringComparison.Ordinal)), r => Assert.Contains($"| {r.Section} | {Cell(r.Text)} | {r.Level} |", document, StringComparison.Ordinal));
    }

    private static async Task<string> TryAsync(Requirement requirement, string program)
    {
        // Once more if it was not so: what a machine that is busy does too late is no fault of the runtime's.
        string first = await TryOnceAsync(requirement, program);
        return first.Length == 0 ? "" : await TryOnceAsync(requirement, program);
    }

    private static async Task<string> TryOnceAsync(Requirement requirement, string program)
    {
        using Candidate candidate = new(program);
        try
        {
            await requirement.Check(candidate);
            return "";
        }
        catch (Exception e)
        {
            return e.Message.Split('\n')[0] is { Length: > 0 } message ? message : e.GetType().Name;
        }
    }

    private static string TableOf((string Runc, string Quai)[] rows)
    {
        var table = new StringBuilder("| section | requirement | level | runc 1.1.5 | quai-runtime |\n|---|---|---|---|---|\n");
        for (int i = 0; i < rows.Length; i++)
        {
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {s_all[i].Section} | {Cell(s_all[i].Text)} | {s_all[i].Level} | {(rows[i].Runc.Length == 0 ? "yes" : "no")} | {(rows[i].Quai.Length == 0 ? "yes" : "no")} |\n");
        }

        return table.ToString();
    }

    private static string Cell(string text) => text.StartsWith('{') ? $"`{text}`" : text;
}
