using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.Nested;

/// <summary>quaid in a privileged container, as systems that build and test have it; there also in a chroot, whose root is no mount.</summary>
public sealed class InnerEngineTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Debian = "quai-e2e-debian:latest";

    private const string Inner = """
        set -e
        mkdir -p /q && cd /q
        /quai/quaid --data-root /q/data --exec-root /q/run --pidfile /q/pid -H unix:///q/sock --bip 10.123.0.1/24 >/q/log 2>&1 &
        for i in $(seq 200); do [ -S /q/sock ] && break; sleep 0.05; done
        export QUAI_HOST=unix:///q/sock
        /quai/quai import /base.tar base >/dev/null || { cat /q/log; exit 1; }
        /quai/quai run --rm base echo inside
        /quai/quai run --rm -m 64m --tmpfs /t base sh -c 'touch /t/x && cat /proc/1/comm'
        kill $(cat /q/pid); wait
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Containers_run_in_a_privileged_container(bool chroot)
    {
        (await engine.Docker.RunAsync($"import {await DebianImage.TarAsync()} {Debian}", timeout: TimeSpan.FromMinutes(3))).Expect();
        string folder = engine.Scratch("inner" + chroot);
        await engine.Docker.OkAsync($"save -o {folder}/image.tar {BusyboxImage.Name}");
        await engine.Docker.ShellAsync($"docker export $(docker create --name {engine.Name()} {BusyboxImage.Name}) >{folder}/base.tar");
        await File.WriteAllTextAsync(Path.Combine(folder, "inner.sh"), Inner);

        // What quaid needs of Debian beside itself; this image has the least that there is.
        string libraries = (await RunningCommand.ShellAsync("ldconfig -p | awk '/lib(ssl|crypto)[.]so[.]3 / {print \"-v \" $NF \":\" $NF \":ro\"}'")).ReplaceLineEndings(" ");
        string mounts = $"{libraries} -v {TestEnvironment.BinDirectory}:/quai:ro -v {folder}/base.tar:/base.tar:ro -v {folder}/inner.sh:/inner.sh:ro -v /q";
        string command = chroot
            ? "bash -c 'mkdir /r && for d in bin lib lib64 usr etc sbin; do cp -a /$d /r/; done; mkdir /r/proc /r/sys /r/dev /r/tmp /r/q /r/quai /r/run /r/var && for d in proc sys dev quai q; do mount --rbind /$d /r/$d; done; cp /base.tar /inner.sh /r/; exec chroot /r bash /inner.sh'"
            : "bash /inner.sh";
        CommandResult result = await engine.Docker.RunAsync($"run --rm --privileged --cgroupns=private {mounts} {Debian} {command}", timeout: TimeSpan.FromMinutes(2));
        result.Expect(0, "inside\ncat\n");
    }
}
