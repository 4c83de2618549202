ALTER TABLE opportunities DROP COLUMN amount_rate;
ALTER TABLE products DROP COLUMN price_rate;
ALTER TABLE customers DROP COLUMN annual_revenue_rate;
DROP TABLE exchange_rates;
DROP TABLE currencies;
