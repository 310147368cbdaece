namespace Quai.EndToEnd.Tests.Harness;

/// <summary>A whole Debian, made with debootstrap once and kept in <c>/var/cache/quai-tests</c>.</summary>
public static class DebianImage
{
    private const string Folder = "/var/cache/quai-tests";
    private static readonly SemaphoreSlim s_making = new(1, 1);

    /// <summary>The tar of its root file system.</summary>
    public static async Task<string> TarAsync()
    {
        string suite = (await RunningCommand.ShellAsync(". /etc/os-release; echo $VERSION_CODENAME")).Trim();
        string tar = $"{Folder}/debian-{suite}.tar";
        await s_making.WaitAsync();
        try
        {
            if (!File.Exists(tar))
            {
                Directory.CreateDirectory(Folder);
                // The mirror of this machine's own apt, so that it is one that can be reached.
                string mirror = (await RunningCommand.ShellAsync("(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true) | grep -v '^#' | grep -o 'http[s]*://[^ ]*/debian/\\?\\( \\|$\\)' | head -n 1")).Trim();
                string root = $"{Folder}/making-{Environment.ProcessId}";
                try
                {
                    (await RunningCommand.RunAsync("debootstrap", ["--variant=minbase", suite, root, mirror.Length > 0 ? mirror : "http://deb.debian.org/debian"], timeout: TimeSpan.FromMinutes(8))).Expect();
                    await RunningCommand.ShellAsync($"rm -rf {root}/var/cache/apt/archives/*.deb && tar -C {root} --one-file-system -cf {tar}.part . && mv {tar}.part {tar}", TimeSpan.FromMinutes(3));
                }
                finally
                {
                    await RunningCommand.RunAsync("rm", ["-rf", "--one-file-system", root]);
                }
            }
        }
        finally
        {
            s_making.Release();
        }

        return tar;
    }
}
