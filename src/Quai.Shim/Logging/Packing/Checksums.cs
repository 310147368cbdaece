namespace Quai.Shim.Logging.Packing;

/// <summary>The checksums of gzip and zlib.</summary>
internal static unsafe class Checksums
{
    private static readonly uint* Table = MakeTable();

    /// <summary>CRC-32, continued.</summary>
    public static uint Crc32(uint crc, byte* data, int length)
    {
        crc = ~crc;
        for (int i = 0; i < length; i++)
        {
            crc = Table[(byte)(crc ^ data[i])] ^ (crc >> 8);
        }

        return ~crc;
    }

    /// <summary>Adler-32.</summary>
    public static uint Adler32(byte* data, int length)
    {
        uint a = 1, b = 0;
        for (int i = 0; i < length; i++)
        {
            a = (a + data[i]) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }

    private static uint* MakeTable()
    {
        uint* table = (uint*)Memory.Map(256 * sizeof(uint));
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
