using System.Text;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>What a command did: its exit code and everything it printed.</summary>
/// <param name="Command">The command line, for messages.</param>
/// <param name="ExitCode">Its exit code; 128 + signal when a signal ended it.</param>
/// <param name="StdoutBytes">Standard output.</param>
/// <param name="StderrBytes">Standard error.</param>
public sealed record CommandResult(string Command, int ExitCode, byte[] StdoutBytes, byte[] StderrBytes)
{
    /// <summary>Standard output as text.</summary>
    public string Stdout { get; } = Encoding.UTF8.GetString(StdoutBytes);

    /// <summary>Standard error as text.</summary>
    public string Stderr { get; } = Encoding.UTF8.GetString(StderrBytes);

    /// <summary>Standard output without white space around it.</summary>
    public string Text => Stdout.Trim();

    /// <summary>Asserts the exit code and, where given, the exact output.</summary>
    public CommandResult Expect(int exitCode = 0, string? stdout = null, string? stderr = null)
    {
        if (ExitCode != exitCode)
        {
            Assert.Fail($"expected exit code {exitCode}\n{this}");
        }

        if (stdout is not null && Stdout != stdout)
        {
            Assert.Fail($"expected stdout {Quote(stdout)}\n{this}");
        }

        if (stderr is not null && Stderr != stderr)
        {
            Assert.Fail($"expected stderr {Quote(stderr)}\n{this}");
        }

        return this;
    }

    /// <summary>Asserts success and gives the trimmed output.</summary>
    public string Succeeded() => Expect().Text;

    /// <summary>Asserts the exit code and that standard error holds every one of these texts (letter case ignored).</summary>
    public CommandResult ExpectFailure(int exitCode, params string[] inStderr)
    {
        Expect(exitCode);
        foreach (string text in inStderr)
        {
            if (!Stderr.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                Assert.Fail($"expected stderr to contain {Quote(text)}\n{this}");
            }
        }

        return this;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"$ {Command}\nexit code {ExitCode}\nstdout {Quote(Stdout)}\nstderr {Quote(Stderr)}";

    private static string Quote(string text)
    {
        const int most = 4000;
        string shown = text.Length > most ? text[..most] + $"… ({text.Length} characters)" : text;
        return '"' + shown.Replace("\\", "\\\\").Replace("\r", "\\r").Replace("\n", "\\n") + '"';
    }
}
