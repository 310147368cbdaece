using System.IO.Compression;

namespace Quai.Fuzzing;

/// <summary>Bytes packed in every way that archives come in; bzip2 and xz, which .NET cannot write, as fixed samples.</summary>
public static class Packed
{
    /// <summary>Lines of text and a run packed by bzip2.</summary>
    public static byte[] Bzip2 { get; } = Convert.FromBase64String("QlpoMTFBWSZTWfDYO4QAAM1ZgIAQQCB/4CZEkIAACDAAogkp5Uj1P9VNNpABNVUMQ0xA9QUaMgaNMjTQJL2CSzvk0YKbHc3PBk4NGSlGW223qW2W1jGUpTnRSlZCEYIcMMmEKEkQQkhCSGISDGxjYMey/ctfKH2h0+cpGKGKGdQ/UMUNqHf+LuSKcKEh4bB3CA==");

    /// <summary>The same packed by xz, with CRC64.</summary>
    public static byte[] Xz { get; } = Convert.FromBase64String("/Td6WFoAAATm1rRGAgAhAQwAAACPmEGc4ASbAGFdADQZSduFXGJXUlcoXvemT4c0v3pUlxFlx1cwvjrOAgVZUsI+aU8cE0NOkpKBSLZyhY8suAo0YuJsjqrS9UDIe9KlFhLTR9WpW8VfGYQT84Eb6N/6OfcprTkDyuhnoB0fAAAAAAAA+G+/Cvh/NGUAAX2cCQAAAFlPFx2xxGf7AgAAAAAEWVo=");

    /// <summary>The same packed by xz in blocks of 64 bytes, with SHA-256.</summary>
    public static byte[] XzBlocks { get; } = Convert.FromBase64String("/Td6WFoAAArh+wyhAgAhAQwAAACPmEGc4AD/ADhdADQZSduFXGJXUlcoXvemT4c0v3pUlxFlx1cwvjrOAgVZUsI+aU8cE0NOkpKBSLZyhY8suAcPJmMAAIG3Ku6b8PNGq1mtQaGpkgOMh7Zy6UVCFdObMW3S/RSrAgAhAQwAAACPmEGc4AD/ADddADkbCKnmWUTMyXaUqdhUExxA4zBcOPegoKZAjr3+yWed9v/Sly9Gw+3vpzyhTyAzX+2qPhO9MgAAAAX/Wk/pKRpDrCI5egNYJjHkwWRWWSXAu8B+0mzAu3apAgAhAQwAAACPmEGc4AD/ADhdADYY/UZM77sJ3kIr58hTWVSzhM/Z16IuRaS3w9W/Z3b5c5XOj70IJOZtpF0JhZih9/1nCx0YrS7AAHlPelnSTC5e0nmpPjpyMXst6KWb2BB5/ha9BR84KHKFAgAhAQwAAACPmEGc4AD/ACZdABAdyedV1abvzZSmkM5rLyC8ovuw+9a0LydpegqNV5Jf2+1kBsoAAAAAAnymQD1PZItFp/MMe1lj4rJTGQGGpwk4eHV3+vVUc9ECACEBDAAAAI+YQZzgAJsABl0AMO8OAAAAAAAAsT6U+pJzD6iwqET0OWhcy8St15L7fGRlVYy5wdTkJoEABWyAAmuAAmyAAlqAAjqcAQAAAN3im/wO2doBBQAAAAAKWVo=");

    /// <summary>The same packed by zstd, with a checksum.</summary>
    public static byte[] Zstd { get; } = Convert.FromBase64String("KLUv/QRI/QQA5ANoZWxsbyAwIHdvcmxkCmhlbGxvIDEyMzQ1Njc4OTExMTExMTExMTIyMjIyMjIyMjIzMzMzMzMzNDU2Nzg5YTAgYIOCwi4GKAxVdCQocNyDHeK4g/FDQg9IowM1ZFjLIB+ZlUU+MpOFfGUmC/lkRpbyyYws8kFmmWTBXL5LMrNclkryUS6zSbJILl8kOSC7e7BDHHcwhzjuYPQQ49BMSE84nQ==");

    /// <summary>Packed by gzip.</summary>
    public static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }
}
