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

    /// <summary>Copies files into a container, as root's, and deletes there those that are gone.</summary>
    /// <exception cref="ConvergenceException">Something could not be deleted.</exception>
    /// <exception cref="DaemonException">The engine refused.</exception>
    public async Task SyncAsync(ObservedContainer container, IReadOnlyList<WatchedFile> files, CancellationToken cancellation)
    {
        string[] gone = [.. files.Where(file => !IsThere(file.Path)).Select(file => file.Target).Where(target => target != "/")];
        foreach (string[] some in gone.Chunk(MostDeleted))
        {
            ServiceHook removal = new() { Command = ["rm", "-rf", .. some], User = "0" };
            await new ServiceHooks(engine).RunAsync(container.Service, container.Id, [removal], cancellation);
        }

        WatchedFile[] there = [.. files.Where(file => IsThere(file.Path))];
        if (there.Length > 0)
        {
            using FileStream archive = Pack(there, cancellation);
            await engine.Files.WriteAsync(container.Id, "/", archive, cancellation: cancellation);
        }
    }

    // A link counts even if it leads nowhere.
    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>The files in an archive without a name, which goes when it is closed: they may be more than fits into the memory.</summary>
    private static FileStream Pack(IReadOnlyList<WatchedFile> files, CancellationToken cancellation)
    {
        FileStream archive = new(Path.Combine(Path.GetTempPath(), $"quai-sync-{Guid.NewGuid():N}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        try
        {
            TarWriter tar = new(archive);
            TreePacker packer = new(tar, TreePackerOptions.Plain, cancellation);
            foreach (WatchedFile file in files)
            {
                string target = file.Target.TrimStart('/');
                if (WatchedTree.IsFolder(file.Path))
                {
                    if (target.Length > 0)
                    {
                        tar.WriteHeader(new TarHeader
                        {
                            Type = TarEntryType.Directory,
                            Name = Encoding.UTF8.GetBytes(target + "/"),
                            Mode = (uint)File.GetUnixFileMode(file.Path),
                            Modified = new DateTimeOffset(Directory.GetLastWriteTimeUtc(file.Path)).ToUnixTimeSeconds(),
                        });
                    }

                    continue;
                }

                using FileDescriptor folder = FileCalls.OpenDirectory(Path.GetDirectoryName(file.Path)!);
                packer.Pack(folder.Number, Encoding.UTF8.GetBytes(Path.GetFileName(file.Path) + '\0'), Encoding.UTF8.GetBytes(target));
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
}
