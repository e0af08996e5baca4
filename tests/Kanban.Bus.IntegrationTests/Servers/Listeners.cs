using System.Globalization;
using System.Net;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>Who listens on this machine, from <c>/proc/net/tcp</c>.</summary>
public static class Listeners
{
    private const string Listen = "0A";

    /// <summary>The addresses on which some socket listens at a port; IPv6 ones too, so that nothing is overlooked.</summary>
    public static IReadOnlyList<string> AddressesOf(int port) =>
        [.. Read("/proc/net/tcp").Concat(Read("/proc/net/tcp6")).Where(l => l.Port == port).Select(l => l.Address.ToString()).Distinct()];

    private static IEnumerable<(IPAddress Address, int Port)> Read(string file) =>
        from line in File.Exists(file) ? File.ReadLines(file).Skip(1) : []
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields[3] == Listen
        let local = fields[1].Split(':')
        select (Address(local[0]), int.Parse(local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    // The kernel prints each 32-bit word in the host's byte order.
    private static IPAddress Address(string hex) =>
        new([.. Convert.FromHexString(hex).Chunk(4).SelectMany(word => BitConverter.IsLittleEndian ? word.Reverse() : word)]);
}
