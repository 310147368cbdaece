using System.Diagnostics;
using System.Globalization;
using System.Text;
using Quai.Build.Solving;
using Quai.Errors;

namespace Quai.Build.Sources.Git;

/// <summary>
/// The system's git, as a process of its own that knows nothing of this machine: no settings of its users, no hooks, no questions, and only the transports that fetch over a
/// network. What must stay secret goes by its environment, as arguments can be seen by everybody.
/// </summary>
/// <param name="home">Its home: an empty folder.</param>
/// <param name="settings">Settings beside the usual.</param>
/// <param name="variables">Further variables.</param>
/// <param name="progress">Where its messages go.</param>
internal sealed class GitProgram(string home, IReadOnlyList<(string Name, string Value)> settings, IReadOnlyDictionary<string, string> variables, IStepProgress progress)
{
    private const int LongestOutput = 16 << 20, MissingCode = 127;

    private static readonly (string Name, string Value)[] s_settings =
    [
        ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("credential.helper", ""), ("safe.directory", "*"), ("init.defaultBranch", "master"),
        ("advice.detachedHead", "false"), ("gc.auto", "0"), ("protocol.allow", "never"), ("protocol.http.allow", "always"), ("protocol.https.allow", "always"),
        ("protocol.git.allow", "always"), ("protocol.ssh.allow", "always"),
    ];

    private static readonly string[] s_inherited = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <summary>Runs it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it writes.</returns>
    /// <exception cref="QuaiException">There is no git, or it failed: the message ends with the last that it said.</exception>
    public async Task<string> RunAsync(string folder, CancellationToken cancellation, params string[] arguments)
    {
        (int code, string output, string errors) = await StartAsync(folder, arguments, cancellation).ConfigureAwait(false);
        if (code == 0)
        {
            return output;
        }

        string last = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var line] ? line : $"exit status {code}";
        bool isRefused = last.Contains("could not read Username", StringComparison.Ordinal) || last.Contains("Authentication failed", StringComparison.Ordinal);
        throw new QuaiException(isRefused ? ErrorKind.Unauthorized : ErrorKind.InvalidParameter, $"git {arguments[0]}: {last}");
    }

    /// <summary>Runs it, and says whether it succeeded.</summary>
    public async Task<bool> TryAsync(string folder, CancellationToken cancellation, params string[] arguments) =>
        (await StartAsync(folder, arguments, cancellation).ConfigureAwait(false)).Code == 0;

    private async Task<(int Code, string Output, string Errors)> StartAsync(string folder, string[] arguments, CancellationToken cancellation)
    {
        // The files' permissions must not depend on this process's mask.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"command -v git >/dev/null || exit {MissingCode}; umask 022; exec git \"$@\"", "git", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        SetEnvironment(start.Environment);
        using Process git = Start(start);
        try
        {
            git.StandardInput.Close();
            Task<string> errors = ReadAsync(git.StandardError, tells: true, cancellation), output = ReadAsync(git.StandardOutput, tells: false, cancellation);
            await Task.WhenAll(errors, output).ConfigureAwait(false);
            await git.WaitForExitAsync(cancellation).ConfigureAwait(false);
            string said = await errors.ConfigureAwait(false);
            return git.ExitCode == MissingCode && said.Length == 0
                ? throw QuaiException.System("git is not installed on this machine: the daemon needs it to fetch repositories")
                : (git.ExitCode, await output.ConfigureAwait(false), said);
        }
        finally
        {
            // Nothing of it may go on writing where everything is about to be removed.
            if (!git.HasExited)
            {
                git.Kill(entireProcessTree: true);
                await git.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw QuaiException.System($"git cannot be started: {e.Message}", e);
        }
    }

    private async Task<string> ReadAsync(StreamReader reader, bool tells, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            if (text.Length + count > LongestOutput)
            {
                throw QuaiException.Invalid("git says too much");
            }

            text.Append(buffer, 0, count);
            if (tells)
            {
                progress.Write(2, Encoding.UTF8.GetBytes(buffer, 0, count));
            }
        }

        return text.ToString();
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        string?[] inherited = [.. s_inherited.Select(n => environment.TryGetValue(n, out string? value) ? value : null)];
        environment.Clear();
        for (int i = 0; i < inherited.Length; i++)
        {
            if (inherited[i] is { } value)
            {
                environment[s_inherited[i]] = value;
            }
        }

        environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        environment["HOME"] = home;
        environment["LC_ALL"] = "C";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        // Its older versions take no settings from the environment, but know this one.
        environment["GIT_ALLOW_PROTOCOL"] = "http:https:git:ssh";
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        (string Name, string Value)[] all = [.. s_settings, .. settings];
        environment["GIT_CONFIG_COUNT"] = all.Length.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < all.Length; i++)
        {
            environment[string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_KEY_{i}")] = all[i].Name;
            environment[string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_VALUE_{i}")] = all[i].Value;
        }

        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }
    }
}
