using System.Globalization;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects.Remote;

namespace Quai.Cli.Compose.Watching;

/// <summary>Only one watches a project: two would both copy, rebuild and restart. It ends with the process, however that ends.</summary>
internal sealed class WatchLock : IDisposable
{
    private readonly FileStream _file;

    private WatchLock(FileStream file) => _file = file;

    /// <summary>Takes it.</summary>
    /// <exception cref="ExitException">Another has it.</exception>
    public static WatchLock Take(string projectName)
    {
        string folder = Path.Combine(RemoteFolders.Root, "watched"), path = Path.Combine(folder, projectName), holder = path + ".pid";
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileStream file;
        try
        {
            file = new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new ExitException(1, $"cannot take exclusive lock for project \"{projectName}\": process with PID {(File.Exists(holder) ? File.ReadAllText(holder) : "unknown")} is still running");
        }

        // Beside it: what is locked cannot be read.
        File.WriteAllText(holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
