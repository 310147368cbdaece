using System.Globalization;
using Xunit;

namespace Quai.Linux.Tests;

/// <summary>Mapped pages of the program's file are given back, and no others.</summary>
public sealed class ProgramPagesTests
{
    [Fact]
    public void Only_what_is_as_in_the_file_goes()
    {
        string[] smaps =
        [
            "00400000-00401000 r--p 00000000 fe:00 12   /opt/a program", "Size: 4 kB", "Anonymous:             0 kB",
            "00401000-00403000 r-xp 00001000 fe:00 12   /opt/a program", "Anonymous:             0 kB", "VmFlags: rd ex mr mw me",
            "00403000-00404000 r--p 00003000 fe:00 12   /opt/a program", "Anonymous:             4 kB",
            "00404000-00405000 rw-p 00004000 fe:00 12   /opt/a program", "Anonymous:             0 kB",
            "00405000-00406000 r-xs 00004000 fe:00 12   /opt/a program", "Anonymous:             0 kB",
            "00500000-00501000 r-xp 00000000 fe:00 13   /usr/lib/libc.so.6", "Anonymous:             0 kB",
            "00600000-00601000 r--p 00000000 00:00 0 ", "Anonymous:             0 kB",
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]", "Anonymous:             0 kB",
        ];
        Assert.Equal([((nuint)0x400000, (nuint)0x401000), (0x401000, 0x403000)], ProgramPages.Clean(smaps, "/opt/a program"));
    }

    [Fact]
    public void They_are_mapped_no_more_and_the_program_goes_on()
    {
        Assert.NotEqual(0, Mapped());
        ProgramPages.Release();
        Assert.Equal(0, Mapped());
    }

    // In KiB, of the mappings that go. The tests' program is the runtime's small host, which does nothing meanwhile.
    private static int Mapped()
    {
        string[] smaps = File.ReadAllLines("/proc/self/smaps");
        HashSet<string> clean = [.. ProgramPages.Clean(smaps, Environment.ProcessPath!).Select(r => $"{r.Start:x}-{r.End:x}")];
        int sum = 0;
        bool counts = false;
        foreach (string line in smaps)
        {
            string first = line.Split(' ')[0];
            counts = first.EndsWith(':') ? counts : clean.Contains(string.Join('-', first.Split('-').Select(a => a.TrimStart('0'))));
            sum += counts && first == "Rss:" ? int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) : 0;
        }

        return sum;
    }
}
