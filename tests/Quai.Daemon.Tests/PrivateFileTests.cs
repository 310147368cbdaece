using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Quai.Daemon.Hosting;
using Quai.Daemon.Lifetime;
using Quai.Errors;
using Quai.Linux.Modes;
using Quai.Linux.Processes;
using Quai.Metadata;

namespace Quai.Daemon.Tests;

/// <summary>What the daemon makes, and what of it others may see.</summary>
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("quaid").FullName;

    [Fact]
    public void A_root_is_made_private_and_an_open_one_is_closed()
    {
        string root = Path.Combine(_directory, "a", "root");
        using (RootLock.Take(root))
        {
            Assert.Equal((Folder, OwnersFile), (File.GetUnixFileMode(root), File.GetUnixFileMode(root + "/quaid.lock")));
        }

        File.SetUnixFileMode(root, (UnixFileMode)0x1ff);
        File.SetUnixFileMode(root + "/quaid.lock", (UnixFileMode)0x1b6);
        Run("chown", "65534:65534", root);
        using (RootLock.Take(root))
        {
            Assert.Equal((Folder, OwnersFile), (File.GetUnixFileMode(root), File.GetUnixFileMode(root + "/quaid.lock")));
            Assert.Equal("0 0", Run("stat", "-c", "%u %g", root));
        }
    }

    [Fact]
    public void A_group_may_pass_when_its_socket_lies_within()
    {
        RootLock.Take(_directory, 4321).Dispose();
        Assert.Equal((Folder | UnixFileMode.GroupExecute, "0 4321"), (File.GetUnixFileMode(_directory), Run("stat", "-c", "%u %g", _directory)));
        RootLock.Take(_directory).Dispose();
        Assert.Equal((Folder, "0 0"), (File.GetUnixFileMode(_directory), Run("stat", "-c", "%u %g", _directory)));
    }

    [Fact]
    public void A_folder_that_others_use_is_not_taken()
    {
        File.SetUnixFileMode(_directory, (UnixFileMode)0x3ff);
        Assert.Equal($"{_directory} cannot be used: others keep their files there; name a folder that is for quaid alone", Assert.Throws<QuaiException>(() => RootLock.Take(_directory)).Message);
        Assert.Throws<QuaiException>(() => RootLock.Take("/"));
        Assert.Equal((UnixFileMode)0x3ff, File.GetUnixFileMode(_directory));
    }

    [Fact]
    public void A_lock_that_is_a_link_is_not_followed()
    {
        string other = Path.Combine(_directory, "other"), root = Directory.CreateDirectory(Path.Combine(_directory, "root")).FullName;
        File.WriteAllText(other, "");
        File.SetUnixFileMode(other, (UnixFileMode)0x1b6);
        File.CreateSymbolicLink(Path.Combine(root, "quaid.lock"), other);
        Assert.Throws<QuaiException>(() => RootLock.Take(root));
        Assert.Equal((UnixFileMode)0x1b6, File.GetUnixFileMode(other));
    }

    [Fact]
    public async Task The_database_and_what_SQLite_puts_beside_it_are_the_owners()
    {
        string path = Path.Combine(_directory, "quai.db");
        MetadataDatabase database = MetadataDatabase.Open(path, [new("t", 1, "CREATE TABLE t (a TEXT) STRICT")]);
        await database.WriteAsync(c => c.Run("INSERT INTO t VALUES ('x')"));
        foreach (string file in (string[])[path, path + "-wal", path + "-shm"])
        {
            Assert.Equal(OwnersFile, File.GetUnixFileMode(file));

            // As an older version, or a crash of one, left them.
            File.SetUnixFileMode(file, (UnixFileMode)0x1a4);
        }

        MetadataDatabase second = MetadataDatabase.Open(path, [new("t", 1, "CREATE TABLE t (a TEXT) STRICT")]);
        Assert.All((string[])[path, path + "-wal", path + "-shm"], file => Assert.Equal(OwnersFile, File.GetUnixFileMode(file)));
        await second.DisposeAsync();
        await database.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    [Fact]
    public void A_pid_file_is_for_all_to_read_and_follows_no_link()
    {
        string path = Path.Combine(_directory, "pid"), other = Path.Combine(_directory, "other");
        File.WriteAllText(other, "kept");
        File.CreateSymbolicLink(path, other);
        using (PidFile.Create(path))
        {
            Assert.Equal(("kept", (UnixFileMode)0x1a4, null), (File.ReadAllText(other), File.GetUnixFileMode(path), new FileInfo(path).LinkTarget));
        }
    }

    [Fact]
    public void A_sockets_folder_lets_its_group_get_there()
    {
        string folder = Path.Combine(_directory, "run");
        using var file = new UnixSocketFile(Path.Combine(folder, "s.sock"));
        file.Prepare();
        Assert.Equal((UnixFileMode)0x1ed, File.GetUnixFileMode(folder));
    }

    [Fact]
    public void Another_umask_counts_for_the_work_alone()
    {
        string before = Umask();
        string path = Path.Combine(_directory, "wide");
        OwnUmask.Run(0, () => Directory.CreateDirectory(path));
        Assert.Equal(((UnixFileMode)0x1ff, before), (File.GetUnixFileMode(path), Umask()));
        Assert.Throws<FileNotFoundException>(() => OwnUmask.Run(0, () => throw new FileNotFoundException()));
    }

    [Fact]
    public void Texts_on_the_command_line_and_in_the_environment_can_be_hidden()
    {
        // What this process was started with must stay: a text that is not there changes nothing.
        byte[] before = File.ReadAllBytes("/proc/self/cmdline");
        SelfProtection.Hide(["", Guid.NewGuid().ToString()]);
        Assert.Equal(Encoding.UTF8.GetString(before), File.ReadAllText("/proc/self/cmdline"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Umask() => File.ReadLines("/proc/self/status").First(l => l.StartsWith("Umask:", StringComparison.Ordinal));

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
