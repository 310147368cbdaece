using Quai.Errors;
using Quai.Linux.Processes;

namespace Quai.Daemon.Rootless;

/// <summary>Where a daemon without root has what root's has in /var, /run and /etc.</summary>
/// <param name="Data">The parent of the data root: <c>$XDG_DATA_HOME</c> or <c>~/.local/share</c>.</param>
/// <param name="Runtime">The parent of the exec root, and the folder of the API's socket: <c>$XDG_RUNTIME_DIR</c>, or a folder of the user's own in /tmp.</param>
/// <param name="Configuration">The parent of the folder of daemon.json: <c>$XDG_CONFIG_HOME</c> or <c>~/.config</c>.</param>
internal sealed record RootlessFolders(string Data, string Runtime, string Configuration)
{
    /// <summary>The variable that tells the daemon's other half of the first one, and where the runtime folder is.</summary>
    public const string RuntimeVariable = "XDG_RUNTIME_DIR";

    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly Lazy<RootlessFolders?> s_own = new(Find);

    /// <summary>This process's; null if it is root's daemon.</summary>
    public static RootlessFolders? Own => s_own.Value;

    /// <summary>Finds them by variables, as the XDG base directory specification has it.</summary>
    /// <param name="variable">The value of a variable.</param>
    /// <param name="user">The user's name, for a folder in /tmp.</param>
    /// <exception cref="QuaiException">There is no home.</exception>
    public static RootlessFolders From(Func<string, string?> variable, string user)
    {
        string? home = variable("HOME") is { Length: > 0 } given ? given : null;
        string Of(string name, string below) => variable(name) is { Length: > 0 } set && Path.IsPathRooted(set) ? set
            : home is not null ? Path.Combine(home, below)
            : throw QuaiException.Invalid($"HOME is not set, nor is {name}: quaid does not know where this user's files are");
        string runtime = variable(RuntimeVariable) is { Length: > 0 } own && Path.IsPathRooted(own) ? own : "/tmp/quai-" + user;
        return new(Of("XDG_DATA_HOME", ".local/share"), runtime, Of("XDG_CONFIG_HOME", ".config"));
    }

    /// <summary>Makes a folder for this user alone, if it is missing: in /tmp anybody else may have made something of that name.</summary>
    /// <exception cref="QuaiException">It is somebody else's, or others may enter it.</exception>
    public static void MakeOwn(string path)
    {
        Directory.CreateDirectory(path, OwnersAlone);
        var folder = new DirectoryInfo(path);
        if (folder.LinkTarget is not null || (folder.UnixFileMode & ~OwnersAlone) != 0 || !Linux.FileCalls.IsWritable(path))
        {
            throw QuaiException.Invalid($"{path} is not a folder that is this user's alone: remove it, or set {RuntimeVariable} or --exec-root to another");
        }
    }

    private static RootlessFolders? Find() =>
        Environment.IsPrivilegedProcess && !InnerDaemon.IsHere ? null : From(Environment.GetEnvironmentVariable, OwnUserNamespace.IsNested ? "root" : Environment.UserName);
}
