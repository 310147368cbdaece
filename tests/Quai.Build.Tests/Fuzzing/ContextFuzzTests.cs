using System.Buffers.Binary;
using Quai.Build.Contexts;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Build.Tests.Fuzzing;

/// <summary>Whatever a client sends as its directory stays inside the folder that it is put into.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class ContextFuzzTests
{
    private static readonly string[] s_paths = ["a", "a/b", "a/b/c", "..", "../outside/x", "a/../../outside/x", "/outside", "l", "l/x", "l/secret", "", ".", "a//b", "a/", "\0", "x\ny", "ä", ".wh.a", ".wh..wh..opq"];

    [Fact]
    public void A_context_stays_inside() => Fuzz.Holds(new Property("context-entries", input =>
    {
        string parent = Directory.CreateTempSubdirectory("quai-context").FullName, inside = Path.Combine(parent, "inside"), outside = Path.Combine(parent, "outside");
        Directory.CreateDirectory(inside);
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "secret"), "untouched");
        try
        {
            using var update = new ContextUpdate(null, null, inside);
            for (int at = 0, index = 0; at + 12 <= input.Length; at += 12, index++)
            {
                ReadOnlySpan<byte> one = input.AsSpan(at, 12);
                string path = s_paths[one[0] % s_paths.Length], link = s_paths[one[1] % s_paths.Length];
                var kind = (ContextEntryKind)(one[2] % Enum.GetValues<ContextEntryKind>().Length);
                var entry = new ContextEntry(path, kind, BinaryPrimitives.ReadUInt16LittleEndian(one[3..]) & 0xfff)
                {
                    LinkName = one[5] % 2 == 0 ? "" : one[5] % 3 == 0 ? "../outside" : link,
                    Size = one[6] % 4,
                    Uid = one[7],
                    Gid = one[8],
                };
                if (update.Take(entry))
                {
                    using Stream file = update.Open(index);
                    file.Write(one[..(one[9] % 5)]);
                }
            }

            update.Complete();
        }
        finally
        {
            Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
            Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside, "secret")));
            Directory.Delete(parent, recursive: true);
        }
    })
    {
        Seeds = [new byte[12], [.. new byte[12], 1, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0, 0]],
        Generate = random =>
        {
            byte[] bytes = new byte[12 * random.Next(1, 12)];
            random.NextBytes(bytes);
            return bytes;
        },
        Refuses = static e => e is QuaiException or LinuxException,
    });
}
