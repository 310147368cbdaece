using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Display;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Compose.Providing;
using Quai.Cli.Host;
using Quai.Cli.Streams;
using Quai.Client;
using Quai.Compose;
using Quai.Compose.Model;
using Quai.Convergence.Observing;
using Quai.Convergence.Requests;

namespace Quai.Cli.Compose;

/// <summary>What a command of <c>quai compose</c> works with: the project, the engine and the output.</summary>
internal sealed class ComposeScope(Session session, ComposeGlobals globals) : IDisposable
{
    private ProgressReport? _progress;

    /// <summary>The program's session.</summary>
    public Session Session => session;

    /// <summary>The flags of all commands.</summary>
    public ComposeGlobals Globals => globals;

    /// <summary>The engine, by a client that does not block.</summary>
    public EngineClient Engine => session.BuildEngine;

    /// <summary>Standard output.</summary>
    public Output Out => session.Out;

    /// <summary>Standard error.</summary>
    public Output Error => session.Error;

    /// <summary>Where the project's files are read from, which knows what was fetched from elsewhere.</summary>
    public ProjectFiles Files { get; } = new(session);

    /// <summary>What engines have of projects.</summary>
    public ProjectObserver Observer => new(Engine);

    /// <summary>Shows progress.</summary>
    public ProgressReport Progress => _progress ??= ProgressReport.Open(globals.Progress(session.Error), session.Error);

    /// <summary>What requests need to know beside the project's files.</summary>
    public RequestContext Context => new()
    {
        Version = ClientVersion.Number,
        Proxies = session.Proxies,
        EnvironmentFiles = globals.EnvironmentFiles,
        DefaultPlatform = Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM") ?? "",
    };

    /// <summary>Loads the project, and says what is odd about it.</summary>
    /// <param name="services">The services that are wanted, with those that they depend on; none for all.</param>
    /// <param name="makes">Whether containers are to be made: then there must be what their secrets and configs are taken from.</param>
    /// <exception cref="ComposeException">Something is wrong with it.</exception>
    public ComposeProject Load(IReadOnlyList<string> services, bool makes = false)
    {
        ComposeProject project = new ComposeLoader(Files).Load(globals.Request(services) with { KeepsLabelFiles = true, ChecksFiles = makes });
        foreach (string warning in project.Warnings)
        {
            Warn(warning);
        }

        return ApiSocket.Apply(project, session);
    }

    /// <summary>The project's name, with its files where they are needed to know it or are named.</summary>
    /// <param name="services">The services that are wanted.</param>
    /// <exception cref="ComposeException">There is no project.</exception>
    public (string Name, ComposeProject? Project) Find(IReadOnlyList<string> services)
    {
        if (globals.ProjectName.Length > 0 && !globals.HasFiles)
        {
            return (globals.ProjectName, null);
        }

        try
        {
            ComposeProject project = Load(services);
            return (project.Name, project);
        }
        catch (ComposeException) when (services.Count == 0 && Environment.GetEnvironmentVariable("COMPOSE_PROJECT_NAME") is { Length: > 0 })
        {
            return (Environment.GetEnvironmentVariable("COMPOSE_PROJECT_NAME")!, null);
        }
    }

    /// <summary>Warns.</summary>
    public void Warn(string message)
    {
        _progress?.Settle();
        session.Error.WriteLine("Warning: " + message);
    }

    /// <inheritdoc/>
    public void Dispose() => _progress?.Dispose();
}
