using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kanban.Bus.Board.Storage.Migrations.Sqlite;

[DbContext(typeof(SqliteBoardDbContext))]
[Migration("20261122000002_Relays")]
public sealed class Relays : SqlMigration;
