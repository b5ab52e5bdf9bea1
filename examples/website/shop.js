const products = [
  { sku: 'A-1', name: 'Jack', price: 7.5, origin: { country: 'US', region: 'California' } },
  { sku: 'B-2', name: 'Brie', price: 9.9, origin: { country: 'FR', region: 'Meaux' } },
  { sku: 'C-3', name: 'Feta', price: 6.2, origin: { country: 'GR', region: 'Thessaly' } }
]
const cart = []
const element = (id) => document.getElementById(id)
const tell = (text) => (element('status').textContent = text)

for (const product of products) {
  const item = document.createElement('li')
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = `Add ${product.name}`
  button.addEventListener('click', () => add(product))
  item.append(`${product.name}, $${product.price.toFixed(2)} `, button)
  element('products').append(item)
}

function add(product) {
  cart.push(product)
  element('cart').textContent = cart.map(({ name }) => name).join(', ')
  element('checkout').disabled = false
  analytics.track('Product Added', { ...product, added_at: new Date() })
  tell(`${product.name} is in your cart.`)
}

element('checkout').addEventListener('click', () => {
  const total = cart.reduce((sum, { price }) => sum + price, 0)
  analytics.track('Order Completed', { total, products: cart.map(({ sku, price }) => ({ sku, price })) })
  cart.length = 0
  element('cart').textContent = 'Nothing in it.'
  element('checkout').disabled = true
  tell('Thank you for your order.')
})

element('signup').addEventListener('submit', (event) => {
  event.preventDefault()
  const { email, plan } = Object.fromEntries(new FormData(event.target))
  analytics.identify(email, { email, plan, signed_up_at: new Date() })
  analytics.track('Signed Up', { plan })
  element('visitor').textContent = `You are ${email}.`
  element('signout').hidden = false
  tell('You are signed up.')
})

element('signout').addEventListener('click', () => {
  analytics.track('Signed Out')
  analytics.reset()
  element('visitor').textContent = 'You are not signed in.'
  element('signout').hidden = true
  tell('You are signed out.')
})
