namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>
/// Attacks of one kind. Each is run twice: on the engine under test, where it must gain nothing, and as a control where its guard is missing, where it must
/// gain something, so that an attack that merely does not work is not taken for a defence.
/// </summary>
/// <example><code>
/// public sealed class DescriptorEscapes(Engines engines) : EscapeTests(engines), IClassFixture&lt;Engines&gt;
/// {
///     private static readonly Attack[] s_attacks = [ new("CVE-…: …", RunAsync) ];
///     public static TheoryData&lt;string&gt; Names => NamesOf(s_attacks);
///     [Theory, MemberData(nameof(Names))] public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);
///     [ControlTheory, MemberData(nameof(Names))] public Task Is_real(string name) => IsRealAsync(s_attacks, name);
/// }
/// </code></example>
public abstract class EscapeTests(Engines engines)
{
    private static readonly string? s_report = Environment.GetEnvironmentVariable("QUAI_ESCAPES_REPORT");
    private static readonly Lock s_reporting = new();

    /// <summary>The names of attacks, as data of a theory.</summary>
    protected static TheoryData<string> NamesOf(IEnumerable<Attack> attacks) =>
        [.. attacks.Where(a => TestEnvironment.ForeignEngine is null || !a.QuaidOnly).Select(a => a.Name)];

    /// <summary>Runs an attack on the engine under test and asserts that it gained nothing.</summary>
    protected async Task GainsNothingAsync(IEnumerable<Attack> attacks, string name)
    {
        Attack attack = attacks.Single(a => a.Name == name);
        string? gain = await TryAsync(attack.RunAsync, new Scene(engines.Today, TestEnvironment.BinDirectory, IsFirstVersion: false));
        Report(name, "engine", gain);
        Assert.True(gain is null, $"{name}: {gain}");
    }

    /// <summary>Runs an attack where its guard is missing and asserts that it gained something.</summary>
    protected async Task IsRealAsync(IEnumerable<Attack> attacks, string name)
    {
        Attack attack = attacks.Single(a => a.Name == name);
        string? gain = attack.Opened is { } opened
            ? await TryAsync(opened, new Scene(engines.Today, TestEnvironment.BinDirectory, IsFirstVersion: false))
            : await TryAsync(attack.RunAsync, new Scene(await engines.FirstAsync(), FirstVersion.BinDirectory, IsFirstVersion: true));
        Report(name, "control", gain);
        Assert.True(gain is not null, $"{name}: the attack gains nothing even where nothing guards against it");
    }

    private static async Task<string?> TryAsync(Func<Scene, Task<string?>> attack, Scene scene)
    {
        try
        {
            return await attack(scene);
        }
        catch (ImageRefusedException)
        {
            return null;
        }
    }

    /// <summary>Adds a line to the file that <c>QUAI_ESCAPES_REPORT</c> names: attack, where, what it gained (empty: nothing).</summary>
    private static void Report(string name, string where, string? gain)
    {
        if (s_report is not null)
        {
            lock (s_reporting)
            {
                File.AppendAllText(s_report, $"{name}\t{where}\t{gain?.ReplaceLineEndings(" ")}\n");
            }
        }
    }
}
