using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Providing;

/// <summary>The program that provides a service: it is told to by its arguments, and answers by lines of JSON.</summary>
/// <param name="service">The service.</param>
/// <param name="projectName">The project's name.</param>
/// <param name="say">Gets what it says.</param>
internal sealed class ProviderProgram(ComposeService service, string projectName, Action<string> say)
{
    private static readonly string[] s_folders = ["/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"];

    /// <summary>Has it do something: <c>up</c> or <c>down</c>.</summary>
    /// <returns>The variables that it sets.</returns>
    /// <exception cref="ExitException">It fails, or there is none.</exception>
    public async Task<IReadOnlyList<(string Name, string Value)>> RunAsync(string what, CancellationToken cancellation)
    {
        List<(string Name, string Value)> variables = [];
        ProcessStartInfo start = new(Find(), ["compose", $"--project-name={projectName}", what, .. Options(), service.Name]) { RedirectStandardOutput = true };
        string? failure = null;
        try
        {
            using Process program = Process.Start(start)!;
            while (await program.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (line.Trim().Length > 0)
                {
                    failure = Read(line, variables) ?? failure;
                }
            }

            await program.WaitForExitAsync(cancellation);
            if (program.ExitCode != 0 || failure is not null)
            {
                throw Error(failure ?? $"failed to {what} service provider: exit status {program.ExitCode}");
            }
        }
        catch (Win32Exception e)
        {
            throw Error($"{service.Provider!.Type}: {e.Message}");
        }

        return variables;
    }

    /// <returns>What has failed; null for nothing.</returns>
    private string? Read(string line, List<(string Name, string Value)> variables)
    {
        string type, message;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            type = document.RootElement.GetProperty("type").GetString() ?? "";
            message = document.RootElement.GetProperty("message").GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Error($"invalid response from plugin: {line}");
        }

        switch (type)
        {
            case "error":
                return message;
            case "info":
                say(message);
                return null;
            case "setenv":
                string[] parts = message.Split('=', 2);
                variables.Add(parts.Length == 2 ? (parts[0], parts[1]) : throw Error($"invalid response from plugin: {message}"));
                return null;
            case "debug":
                return null;
            default:
                throw Error($"invalid response from plugin: {type}");
        }
    }

    private IEnumerable<string> Options() =>
        service.Provider!.Options.OrderBy(option => option.Key, StringComparer.Ordinal).SelectMany(option => option.Value.Select(value => $"--{option.Key}={value}"));

    /// <summary>The path of a provider's program: a plugin of Docker's client comes first, then any program of that name. Null where there is none.</summary>
    public static string? Find(string type)
    {
        string own = Path.Combine(Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } folder ? folder : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".docker"), "cli-plugins");
        return s_folders.Prepend(own).Select(place => Path.Combine(place, "docker-" + type))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(place => Path.Combine(place, type)))
            .FirstOrDefault(File.Exists);
    }

    private string Find()
    {
        string type = service.Provider!.Type;
        return type is "" or "compose" || type.Contains('/', StringComparison.Ordinal) ? throw Error($"\"{type}\" is not a valid provider type")
            : Find(type) ?? throw Error($"unsupported external service type {type}: there is no program of that name");
    }

    private ExitException Error(string message) => new(1, $"service \"{service.Name}\": provider: {message}");
}
