using System.Text;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Errors;

namespace Quai.Build.Sources.Git;

/// <summary>Git with all by which a repository can be reached on behalf of a build's client; what it needs for that is gone when it is disposed.</summary>
internal sealed class GitAccess : IAsyncDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder;
    private readonly AgentSocket? _agent;

    private GitAccess(string folder, AgentSocket? agent, GitProgram program)
    {
        _folder = folder;
        _agent = agent;
        Program = program;
    }

    /// <summary>The program.</summary>
    public GitProgram Program { get; }

    /// <summary>Its home, which nobody else can read.</summary>
    public string Home => _folder;

    /// <summary>Prepares it.</summary>
    /// <param name="secretFolder">Where what is secret may be for a while.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="progress">Where git's messages go.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">The client has no agent of ssh that the repository needs.</exception>
    public static async Task<GitAccess> OpenAsync(string secretFolder, GitRepository repository, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        // A short name: sockets' paths are.
        string folder = Path.Combine(secretFolder, "git-" + Guid.NewGuid().ToString("N")[..12]);
        Directory.CreateDirectory(secretFolder, Private);
        Directory.CreateDirectory(folder, Private);
        AgentSocket? agent = null;
        try
        {
            Dictionary<string, string> variables = [];
            if (repository.Agent.Length > 0)
            {
                if (session is null || !await session.HasAgentAsync(repository.Agent, cancellation).ConfigureAwait(false))
                {
                    throw QuaiException.Invalid($"no SSH key \"{repository.Agent}\" forwarded from the client");
                }

                agent = AgentSocket.Open(Path.Combine(folder, "agent"), token => session.ConnectAgentAsync(repository.Agent, token));
                variables["SSH_AUTH_SOCK"] = agent.Path;
            }

            variables["GIT_SSH_COMMAND"] = await ShellAsync(folder, repository, cancellation).ConfigureAwait(false);
            return new GitAccess(folder, agent, new GitProgram(folder, await SettingsAsync(repository, session, cancellation).ConfigureAwait(false), variables, progress));
        }
        catch
        {
            await CloseAsync(folder, agent).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync(_folder, _agent);

    private static async ValueTask CloseAsync(string folder, AgentSocket? agent)
    {
        if (agent is not null)
        {
            await agent.DisposeAsync().ConfigureAwait(false);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> ShellAsync(string folder, GitRepository repository, CancellationToken cancellation)
    {
        const string Plain = "ssh -F /dev/null -o BatchMode=yes";
        if (repository.KnownHosts.Length == 0)
        {
            return Plain + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
        }

        string hosts = Path.Combine(folder, "known_hosts");
        await File.WriteAllTextAsync(hosts, repository.KnownHosts, cancellation).ConfigureAwait(false);
        return $"{Plain} -o StrictHostKeyChecking=yes -o UserKnownHostsFile='{hosts}'";
    }

    /// <summary>The client's secret for the server: one for its host before one for all, a header before a token.</summary>
    private static async Task<IReadOnlyList<(string Name, string Value)>> SettingsAsync(GitRepository repository, IBuildSession? session, CancellationToken cancellation)
    {
        if (session is null || repository.Web is not { } url)
        {
            return [];
        }

        string host = url.IsDefaultPort ? url.Host : url.Authority;
        (string Secret, bool IsToken)[] secrets =
        [
            (repository.HeaderSecret, false), (repository.TokenSecret, true),
        ];
        (string Name, bool IsToken)[] names = [.. secrets.Where(s => s.Secret.Length > 0).Select(s => ($"{s.Secret}.{host}", s.IsToken)), .. secrets.Where(s => s.Secret.Length > 0)];
        foreach ((string name, bool isToken) in names)
        {
            if (await session.SecretAsync(name, cancellation).ConfigureAwait(false) is { } secret)
            {
                string header = isToken
                    ? "basic " + Convert.ToBase64String([.. "x-access-token:"u8, .. Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(secret).Trim())])
                    : Encoding.UTF8.GetString(secret).Trim();
                return [($"http.{url.Scheme}://{url.Authority}/.extraHeader", "Authorization: " + header)];
            }
        }

        return [];
    }
}
