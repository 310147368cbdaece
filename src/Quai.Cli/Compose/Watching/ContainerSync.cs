using System.Text;
using Quai.Archives;
using Quai.Client;
using Quai.Compose.Model.Services;
using Quai.Convergence;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
using Quai.Linux;

namespace Quai.Cli.Compose.Watching;

/// <summary>Makes files in containers what they are on this machine.</summary>
/// <param name="engine">The engine.</param>
internal sealed class ContainerSync(EngineClient engine)
{
    // As many as fit into a command line with ease.
    private const int MostDeleted = 500;

    /// <summary>Copies files into a container, as root's, and deletes there those that are gone. What cannot be copied or deleted keeps nothing else from it.</summary>
    /// <exception cref="ConvergenceException">Something could not be copied or deleted.</exception>
    public async Task SyncAsync(ObservedContainer container, IReadOnlyList<WatchedFile> files, CancellationToken cancellation)
    {
        List<string> failures = [];
        string[] gone = [.. files.Where(file => !IsThere(file.Path)).Select(file => file.Target).Where(target => target != "/")];
        foreach (string[] some in gone.Chunk(MostDeleted))
        {
            try
            {
                // As far as it can, it deletes the others, too, and says what it cannot.
                ServiceHook removal = new() { Command = ["rm", "-rf", .. some], User = "0" };
                await new ServiceHooks(engine).RunAsync(container.Service, container.Id, [removal], cancellation, what: "deleting by");
            }
            catch (Exception e) when (e is ConvergenceException or DaemonException)
            {
                failures.Add(e.Message);
            }
        }

        foreach (IGrouping<bool, WatchedFile> some in files.Where(file => IsThere(file.Path)).GroupBy(file => file.IsRoot).OrderByDescending(group => group.Key))
        {
            await CopyAsync(container, [.. some], failures, cancellation);
        }

        if (failures.Count > 0)
        {
            throw new ConvergenceException($"container {container.Name}: {string.Join("; ", failures)}");
        }
    }

    private async Task CopyAsync(ObservedContainer container, IReadOnlyList<WatchedFile> files, List<string> failures, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        try
        {
            List<string> unread = [];
            using FileStream archive = Pack(files, unread, cancellation);
            await engine.Files.WriteAsync(container.Id, "/", archive, replaces: !files[0].IsRoot, cancellation: cancellation);
            failures.AddRange(unread);
        }
        catch (DaemonException e) when (files.Count == 1)
        {
            failures.Add($"{files[0].Target}: {e.Message}");
        }
        catch (DaemonException e) when (e.Status != 404)
        {
            // One of them is in the way of those after it: half of them at a time, until it is found.
            int half = files.Count / 2;
            await CopyAsync(container, [.. files.Take(half)], failures, cancellation);
            await CopyAsync(container, [.. files.Skip(half)], failures, cancellation);
        }
    }

    // A link counts even if it leads nowhere.
    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>The files in an archive without a name, which goes when it is closed: they may be more than fits into the memory.</summary>
    private static FileStream Pack(IReadOnlyList<WatchedFile> files, List<string> unread, CancellationToken cancellation)
    {
        FileStream archive = new(Path.Combine(Path.GetTempPath(), $"quai-sync-{Guid.NewGuid():N}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        try
        {
            TarWriter tar = new(archive);
            TreePacker packer = new(tar, TreePackerOptions.Plain, cancellation);
            foreach (WatchedFile file in files)
            {
                try
                {
                    Pack(tar, packer, file);
                }
                catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
                {
                    // One that has gone meanwhile is told of again.
                    if (IsThere(file.Path))
                    {
                        unread.Add($"{file.Path}: {e.Message}");
                    }
                }
            }

            tar.Finish();
            archive.Position = 0;
            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static void Pack(TarWriter tar, TreePacker packer, WatchedFile file)
    {
        string target = file.Target.TrimStart('/');
        if (!WatchedTree.IsFolder(file.Path))
        {
            using FileDescriptor folder = FileCalls.OpenDirectory(Path.GetDirectoryName(file.Path)!);
            packer.Pack(folder.Number, Encoding.UTF8.GetBytes(Path.GetFileName(file.Path) + '\0'), Encoding.UTF8.GetBytes(target));
        }
        else if (target.Length > 0)
        {
            tar.WriteHeader(new TarHeader
            {
                Type = TarEntryType.Directory,
                Name = Encoding.UTF8.GetBytes(target + "/"),
                Mode = (uint)File.GetUnixFileMode(file.Path),
                Modified = new DateTimeOffset(Directory.GetLastWriteTimeUtc(file.Path)).ToUnixTimeSeconds(),
            });
        }
    }
}
